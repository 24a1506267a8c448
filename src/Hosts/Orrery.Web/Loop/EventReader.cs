using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Monitoring.Monitors;
using Orrery.Platform.Access;
using Orrery.Web.Parts;

namespace Orrery.Web.Loop;

/// <summary>What happened lately: the newest changes and alerts in one list.</summary>
internal sealed class EventReader(IAudit audit, IMonitors monitors)
{
    private static readonly string[] Beginnings = ["pipeline ", "ingest "];
    private static readonly string[] Asides = [".logged", ".finished", ".linked", ".tagged"];

    public async Task<IReadOnlyList<LoopEvent>> ReadAsync(Caller caller, int count, CancellationToken cancellationToken)
    {
        // Runs log a dozen times each; what is left after those are taken out must still fill the list.
        var changes = await audit.ListAsync(caller, null, new(count * 10), cancellationToken);
        var alerts = await monitors.AlertsAsync(caller, new(), new(count), cancellationToken);
        return
        [
            .. changes.Items.Where(IsNews)
                .Select(change => new LoopEvent(change.Time, Sentence(change), Links.Subject(change.Subject), change.Actor))
                .Concat(alerts.Items.Select(alert => new LoopEvent(
                    alert.RaisedAt, alert.Message, Links.Asset(new(AssetKind.Monitor, alert.Monitor)) + "#alerts", $"monitor {alert.Monitor}", IsAlert: true)))
                .OrderByDescending(happened => happened.Time).Take(count),
        ];
    }

    // What runs, tags and links note on the way is for the audit; a person wants to know what began, what came out and what was decided.
    private static bool IsNews(AuditRecord change) => change.Action switch
    {
        "run.started" => Beginnings.Any(kind => change.Detail.StartsWith(kind, StringComparison.Ordinal)),
        var action => !Asides.Any(aside => action.EndsWith(aside, StringComparison.Ordinal)),
    };

    // "endpoint.canary-started" is a code for machines; what follows the dot is what people would say.
    private static string Sentence(AuditRecord change) => change.Action switch
    {
        "run.started" => $"{change.Detail} began",
        "version.added" => $"{change.Subject} added",
        var action => $"{change.Subject} {action[(action.IndexOf('.') + 1)..].Replace('-', ' ')}{(change.Detail.Length == 0 ? "" : $": {change.Detail}")}",
    };
}
