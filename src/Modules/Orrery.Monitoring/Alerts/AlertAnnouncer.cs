using System.Text.Json;
using LinqToDB;
using LinqToDB.Async;
using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Ledger.Lineage;
using Orrery.Monitoring.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Alerts;

/// <summary>
/// Tells of alerts that were raised: once in the stream <c>alerts</c>, and in the lineage. What was raised but not announced when the server died is announced at the
/// next start; what had got into the stream by then is found there by its id.
/// </summary>
internal sealed class AlertAnnouncer(IDatabase database, ISignalLog signals, ILineage lineage, ILogger<AlertAnnouncer> logger) : IDisposable
{
    /// <summary>The endpoint's edge to an alert about it.</summary>
    public const string RaisedRole = "alert";

    /// <summary>A model version's edge to an alert about it.</summary>
    public const string SubjectRole = "subject";

    /// <summary>A monitor's edge to the alerts that it raised.</summary>
    public const string RuleRole = "rule";

    private readonly SemaphoreSlim _one = new(1, 1);

    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var pending = await database.ReadAsync(
                (connection, token) => connection.GetTable<AlertRow>().Where(r => r.AnnouncedAfter != null).OrderBy(r => r.Time).ThenBy(r => r.Id).ToListAsync(token),
                cancellationToken);
            if (pending.Count == 0)
                return;
            await AppendAsync(pending, cancellationToken);
            foreach (var alert in pending)
            {
                await LinkAsync(alert, cancellationToken);
                MonitoringLog.Raised(logger, alert.Id, alert.Message);
                MonitoringMetrics.Alerts.Add(1, new("monitor", alert.Monitor), new("kind", KindOf(alert)));
            }

            string[] ids = [.. pending.Select(a => a.Id)];
            await database.WriteAsync(
                connection => connection.GetTable<AlertRow>().Where(r => ids.Contains(r.Id)).Set(r => r.AnnouncedAfter, (long?)null).Update(), cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task AppendAsync(List<AlertRow> pending, CancellationToken cancellationToken)
    {
        var stream = signals.Open(AlertStream.Name, AlertStream.Schema);
        var there = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var batch in stream.ReadAsync(pending.Min(a => a.AnnouncedAfter)!.Value, cancellationToken))
        {
            for (var row = 0; row < batch.Count; row++)
                there.Add(batch.IdAt(row));
        }

        var schema = AlertStream.Schema;
        var announced = new SignalBatch(schema);
        foreach (var alert in pending.Where(a => !there.Contains(a.Id)))
        {
            announced.Add(SignalBatch.FromMicroseconds(alert.Time), alert.Id)
                .Set(schema.Ordinal(AlertStream.Workspace), alert.Workspace).Set(schema.Ordinal(AlertStream.Source), alert.Monitor)
                .Set(schema.Ordinal(AlertStream.Endpoint), alert.Endpoint).Set(schema.Ordinal(AlertStream.Kind), KindOf(alert))
                .Set(schema.Ordinal(AlertStream.Measure), alert.Measure).Set(schema.Ordinal(AlertStream.Value), (double?)alert.Value)
                .Set(schema.Ordinal(AlertStream.Threshold), (double?)alert.Threshold).Set(schema.Ordinal(AlertStream.Message), alert.Message);
        }

        if (announced.Count > 0)
            await stream.AppendAsync(announced, cancellationToken);
    }

    private static string KindOf(AlertRow alert) => JsonNamingPolicy.CamelCase.ConvertName(alert.Kind.ToString());

    private async Task LinkAsync(AlertRow alert, CancellationToken cancellationToken)
    {
        var caller = Caller.System("monitoring", alert.Workspace);
        var node = LineageNodeId.Signal(AlertStream.Name, alert.Id);
        await lineage.LinkAsync(caller, LineageNodeId.Endpoint(alert.Endpoint), node, RaisedRole, cancellationToken);
        if (VersionId.TryParse(alert.Declaration, out var declaration))
            await lineage.LinkAsync(caller, LineageNodeId.Of(declaration), node, RuleRole, cancellationToken);
        if (VersionId.TryParse(alert.Model, out var model))
            await lineage.LinkAsync(caller, LineageNodeId.Of(model), node, SubjectRole, cancellationToken);
    }
}
