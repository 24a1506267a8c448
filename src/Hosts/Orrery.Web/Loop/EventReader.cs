using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Monitoring.Monitors;
using Orrery.Platform.Access;
using Orrery.Web.Parts;

namespace Orrery.Web.Loop;

/// <summary>What happened lately: the newest changes and alerts in one list.</summary>
internal sealed class EventReader(IAudit audit, IMonitors monitors)
{
    public async Task<IReadOnlyList<LoopEvent>> ReadAsync(Caller caller, int count, CancellationToken cancellationToken)
    {
        var page = new PageRequest(count);
        var changes = await audit.ListAsync(caller, null, page, cancellationToken);
        var alerts = await monitors.AlertsAsync(caller, new(), page, cancellationToken);
        return
        [
            .. changes.Items.Select(change => new LoopEvent(change.Time, Sentence(change), Links.Subject(change.Subject), change.Actor))
                .Concat(alerts.Items.Select(alert => new LoopEvent(
                    alert.RaisedAt, alert.Message, Links.Asset(new(AssetKind.Monitor, alert.Monitor)) + "#alerts", $"monitor {alert.Monitor}", IsAlert: true)))
                .OrderByDescending(happened => happened.Time).Take(count),
        ];
    }

    // "version.added" is a code for machines; its two words in the other order are a sentence.
    private static string Sentence(AuditRecord change)
    {
        var dot = change.Action.IndexOf('.');
        var (thing, verb) = dot < 0 ? ("", change.Action) : (change.Action[..dot], change.Action[(dot + 1)..].Replace('-', ' '));
        var what = Links.Subject(change.Subject) is not null && change.Subject.StartsWith("run/", StringComparison.Ordinal) ? "run" : change.Subject;
        return $"{thing} {verb}: {what}{(change.Detail.Length == 0 ? "" : $", {change.Detail}")}";
    }
}
