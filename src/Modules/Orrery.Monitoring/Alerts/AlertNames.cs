using System.Text.Json;
using LinqToDB;
using LinqToDB.Async;
using Orrery.Kernel;
using Orrery.Ledger.Lineage;
using Orrery.Monitoring.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Alerts;

/// <summary>Names monitors' alerts in the lineage: <c>drift: origin_delay_24h</c>, by the monitor that raised it.</summary>
internal sealed class AlertNames(IDatabase database) : ISignalNames
{
    public string Stream => AlertStream.Name;

    public async Task<IReadOnlyDictionary<string, SignalName>> FindAsync(Caller caller, IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default)
    {
        var alerts = await database.ReadAsync(
            (connection, token) => connection.GetTable<AlertRow>().Where(alert => alert.Workspace == caller.Workspace && ids.Contains(alert.Id))
                .Select(alert => new { alert.Id, alert.Kind, alert.Measure, alert.Monitor }).ToListAsync(token), cancellationToken);
        return alerts.ToDictionary(
            alert => alert.Id,
            alert => new SignalName($"{JsonNamingPolicy.CamelCase.ConvertName(alert.Kind.ToString())}: {alert.Measure}", $"alert of {alert.Monitor}", new(AssetKind.Monitor, alert.Monitor)));
    }
}
