using System.Globalization;
using LinqToDB;
using LinqToDB.Async;
using Orrery.Kernel;
using Orrery.Monitoring.Performance;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Storage;

/// <summary>How a monitor stands.</summary>
internal sealed record Stand(ProgressRow? Progress, MonitorWindow? Closed, WindowPerformance? Judged, int OpenAlerts);

/// <summary>Reads what monitors found, for people and charts.</summary>
internal sealed class MonitorQueries(IDatabase database)
{
    public Task<Stand> StandAsync(string workspace, string monitor, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var progress = await connection.GetTable<ProgressRow>().FirstOrDefaultAsync(r => r.Workspace == workspace && r.Monitor == monitor, token);
        var champions = connection.GetTable<WindowRow>().Where(r => r.Workspace == workspace && r.Monitor == monitor && r.Arm == WindowKey.Champion);
        var closed = await WithoutHistograms(champions.Where(r => r.State != WindowState.Open).OrderByDescending(r => r.Start).ThenByDescending(r => r.Version).Take(1))
            .FirstOrDefaultAsync(token);
        var settled = await champions.Where(r => r.State == WindowState.Settled).OrderByDescending(r => r.Start).ThenByDescending(r => r.Version)
            .Select(r => r.Performance).FirstOrDefaultAsync(token);
        var open = await connection.GetTable<AlertRow>().CountAsync(r => r.Workspace == workspace && r.Monitor == monitor && r.AcknowledgedAt == null, token);
        return new Stand(progress, closed?.ToWindow(), WindowRow.Read<WindowPerformance>(settled), open);
    }, cancellationToken);

    public Task<Page<MonitorWindow>> WindowsAsync(string workspace, string monitor, WindowQuery query, PageRequest page, CancellationToken cancellationToken) =>
        database.ReadAsync(async (connection, token) =>
        {
            var limit = page.CheckedLimit;
            var rows = connection.GetTable<WindowRow>().Where(r => r.Workspace == workspace && r.Monitor == monitor && (r.Predictions > 0 || r.State != WindowState.Open));
            if (query.Arm is { } arm)
                rows = rows.Where(r => r.Arm == arm);
            if (query.From is { } from)
                rows = rows.Where(r => r.End > SignalBatch.ToMicroseconds(from));
            if (query.To is { } to)
                rows = rows.Where(r => r.Start < SignalBatch.ToMicroseconds(to));
            if (Cursor(page.Cursor) is var (start, version, last))
            {
                rows = rows.Where(r => r.Start < start || (r.Start == start && (r.Version < version || (r.Version == version && r.Arm.CompareTo(last) > 0))));
            }

            var found = await WithoutHistograms(rows.OrderByDescending(r => r.Start).ThenByDescending(r => r.Version).ThenBy(r => r.Arm).Take(limit + 1)).ToListAsync(token);
            var next = found.Count > limit
                ? PageCursor.Of(Text(found[limit - 1].Start), Text(found[limit - 1].Version), found[limit - 1].Arm)
                : null;
            return new Page<MonitorWindow>([.. found.Take(limit).Select(r => r.ToWindow())], next);
        }, cancellationToken);

    public Task<WindowRow?> FindAsync(string workspace, string monitor, WindowKey window, CancellationToken cancellationToken)
    {
        var start = SignalBatch.ToMicroseconds(window.Start);
        return database.ReadAsync(
            (connection, token) => connection.GetTable<WindowRow>().FirstOrDefaultAsync(
                r => r.Workspace == workspace && r.Monitor == monitor && r.Start == start && r.Version == window.Version && r.Arm == window.Arm, token), cancellationToken);
    }

    // Histograms are most of a row, and no list shows them.
    private static IQueryable<WindowRow> WithoutHistograms(IQueryable<WindowRow> rows) => rows.Select(r => new WindowRow
    {
        Workspace = r.Workspace,
        Monitor = r.Monitor,
        Start = r.Start,
        End = r.End,
        Version = r.Version,
        Arm = r.Arm,
        State = r.State,
        Predictions = r.Predictions,
        Labels = r.Labels,
        LateLabels = r.LateLabels,
        Drift = r.Drift,
        Performance = r.Performance,
    });

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static (long Start, long Version, string Arm)? Cursor(string? cursor) => PageCursor.Read(cursor, 3) is not { } parts ? null
        : long.TryParse(parts[0], CultureInfo.InvariantCulture, out var start) && long.TryParse(parts[1], CultureInfo.InvariantCulture, out var version)
            ? (start, version, parts[2])
            : throw new InvalidException("That is not a cursor of this list; give back 'next' of the page before, as it came.");
}
