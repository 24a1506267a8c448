using System.Globalization;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Monitoring.Alerts;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Storage;

/// <summary>Alerts, for people.</summary>
internal sealed class AlertStore(IDatabase database, IAudit audit, TimeProvider clock)
{
    private const int LongestNote = 4000;

    public Task<Page<MonitorAlert>> ListAsync(Caller caller, AlertQuery query, PageRequest page, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
        {
            var limit = page.CheckedLimit;
            var rows = connection.GetTable<AlertRow>().Where(r => r.Workspace == caller.Workspace);
            if (query.Monitor is { } monitor)
                rows = rows.Where(r => r.Monitor == monitor);
            if (query.Endpoint is { } endpoint)
                rows = rows.Where(r => r.Endpoint == endpoint);
            if (query.Acknowledged is { } acknowledged)
                rows = rows.Where(r => acknowledged == (r.AcknowledgedAt != null));
            if (Cursor(page.Cursor) is var (time, id))
                rows = rows.Where(r => r.Time < time || (r.Time == time && r.Id.CompareTo(id) < 0));
            var found = await rows.OrderByDescending(r => r.Time).ThenByDescending(r => r.Id).Take(limit + 1).ToListAsync(token);
            var next = found.Count > limit ? PageCursor.Of(found[limit - 1].Time.ToString(CultureInfo.InvariantCulture), found[limit - 1].Id) : null;
            return new Page<MonitorAlert>([.. found.Take(limit).Select(r => r.ToAlert())], next);
        }, cancellationToken);

    public async Task<MonitorAlert> AcknowledgeAsync(Caller caller, string id, string? note, CancellationToken cancellationToken)
    {
        if (note?.Length > LongestNote)
            throw new InvalidException($"A note has at most {LongestNote} characters, got {note.Length}.");
        var now = SignalBatch.ToMicroseconds(clock.GetUtcNow());
        var row = await database.WriteAsync(connection => Acknowledge(connection, caller, id, note, now), cancellationToken);
        return row?.ToAlert() ?? throw new NotFoundException($"There is no alert '{id}' in workspace '{caller.Workspace}'.");
    }

    private AlertRow? Acknowledge(DataConnection connection, Caller caller, string id, string? note, long now)
    {
        var alerts = connection.GetTable<AlertRow>().Where(r => r.Id == id && r.Workspace == caller.Workspace);
        var changed = alerts.Where(r => r.AcknowledgedAt == null)
            .Set(r => r.AcknowledgedBy, caller.Actor).Set(r => r.AcknowledgedAt, (long?)now).Set(r => r.Note, note).Update();
        if (changed > 0)
            audit.Append(connection, caller, "alert.acknowledged", $"alert/{id}", note ?? "");
        return alerts.FirstOrDefault();
    }

    private static (long Time, string Id)? Cursor(string? cursor) => PageCursor.Read(cursor, 2) is not { } parts ? null
        : long.TryParse(parts[0], CultureInfo.InvariantCulture, out var time) ? (time, parts[1])
        : throw new InvalidException("That is not a cursor of this list; give back 'next' of the page before, as it came.");
}
