using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Relational;

namespace Orrery.Monitoring.Storage;

/// <summary>Keeps what monitors found. What one evaluation found, and how far it had read, is one transaction.</summary>
internal sealed class MonitorStore(IDatabase database)
{
    /// <summary>How far a monitor is, with the windows that it has not settled.</summary>
    public Task<MonitorState> LoadAsync(string workspace, string monitor, CancellationToken cancellationToken) => database.ReadAsync(async (connection, token) =>
    {
        var progress = await connection.GetTable<ProgressRow>().FirstOrDefaultAsync(r => r.Workspace == workspace && r.Monitor == monitor, token);
        var windows = await connection.GetTable<WindowRow>()
            .Where(r => r.Workspace == workspace && r.Monitor == monitor && r.State != WindowState.Settled).ToListAsync(token);
        return new MonitorState(progress ?? new() { Workspace = workspace, Monitor = monitor }, windows);
    }, cancellationToken);

    /// <summary>Writes what changed, with the alerts that it raised and the score reference that it set.</summary>
    public async Task SaveAsync(MonitorState state, IReadOnlyList<AlertRow> alerts, ScoreRow? score, CancellationToken cancellationToken)
    {
        var (windows, late) = (state.Changed.ToList(), state.LateLabels.ToList());
        await database.WriteAsync(connection =>
        {
            if (state.IsRecut)
                Clear(connection, state.Progress);
            connection.InsertOrReplace(state.Progress);
            foreach (var row in windows)
                connection.InsertOrReplace(row);
            foreach (var (key, count) in late)
                AddLate(connection, state.Progress, key, count);
            foreach (var alert in alerts.Where(a => !connection.GetTable<AlertRow>().Any(r => r.Id == a.Id)))
                connection.Insert(alert);
            if (score is not null)
                connection.InsertOrReplace(score);
        }, cancellationToken);
        state.Saved();
    }

    /// <summary>The judged windows of a version before one, newest first.</summary>
    public Task<List<WindowRow>> BeforeAsync(WindowRow window, int count, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, token) => connection.GetTable<WindowRow>()
            .Where(r => r.Workspace == window.Workspace && r.Monitor == window.Monitor && r.Version == window.Version && r.Arm == window.Arm && r.Start < window.Start)
            .OrderByDescending(r => r.Start).Take(count).ToListAsync(token), cancellationToken);

    /// <summary>The newest alert about the same finding at or before an instant.</summary>
    public Task<AlertRow?> LastAlertAsync(AlertRow like, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, token) => connection.GetTable<AlertRow>()
            .Where(r => r.Workspace == like.Workspace && r.Monitor == like.Monitor && r.Kind == like.Kind && r.Version == like.Version && r.Id != like.Id && r.Time <= like.Time)
            .Where(r => like.Kind == Alerts.AlertKind.Drift || r.Measure == like.Measure)
            .OrderByDescending(r => r.Time).FirstOrDefaultAsync(token), cancellationToken);

    public Task<ScoreRow?> FindScoreAsync(WindowRow window, CancellationToken cancellationToken) => database.ReadAsync(
        (connection, token) => connection.GetTable<ScoreRow>()
            .FirstOrDefaultAsync(r => r.Workspace == window.Workspace && r.Monitor == window.Monitor && r.Version == window.Version, token), cancellationToken);

    private static void Clear(DataConnection connection, ProgressRow monitor)
    {
        connection.GetTable<WindowRow>().Where(r => r.Workspace == monitor.Workspace && r.Monitor == monitor.Monitor).Delete();
        connection.GetTable<ScoreRow>().Where(r => r.Workspace == monitor.Workspace && r.Monitor == monitor.Monitor).Delete();
    }

    private static void AddLate(DataConnection connection, ProgressRow monitor, WindowId key, long count) =>
        connection.GetTable<WindowRow>()
            .Where(r => r.Workspace == monitor.Workspace && r.Monitor == monitor.Monitor && r.Start == key.Start && r.Version == key.Version && r.Arm == key.Arm)
            .Set(r => r.LateLabels, r => r.LateLabels + count).Update();
}
