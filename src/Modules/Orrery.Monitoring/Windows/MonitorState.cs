using Orrery.Monitoring.Joining;
using Orrery.Monitoring.Storage;

namespace Orrery.Monitoring.Windows;

/// <summary>How far a monitor has read, and the windows that it has not settled, in memory between two saves.</summary>
internal sealed class MonitorState
{
    private readonly Dictionary<WindowId, WindowRow> _windows;
    private readonly HashSet<WindowRow> _changed = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<WindowId, long> _lateLabels = [];
    private WindowRow? _last; // Neighbours in a stream mostly lie in one window.

    public MonitorState(ProgressRow progress, IEnumerable<WindowRow> unsettled) =>
        (Progress, _windows) = (progress, unsettled.ToDictionary(row => row.Id));

    public ProgressRow Progress { get; }

    public IReadOnlyCollection<WindowRow> Unsettled => _windows.Values;

    public IReadOnlyCollection<WindowRow> Changed => _changed;

    /// <summary>Labels that came for windows which are settled.</summary>
    public IReadOnlyDictionary<WindowId, long> LateLabels => _lateLabels;

    /// <summary>Whether the windows kept so far are of another length and must go.</summary>
    public bool IsRecut { get; private set; }

    /// <summary>
    /// Sets the length of windows. Where it was another, all windows are made again from the streams; about what was known by then no alert is raised a second time.
    /// </summary>
    public void Cut(long length)
    {
        if (Progress.WindowLength == length)
            return;
        IsRecut = Progress.WindowLength != 0;
        if (IsRecut)
            Progress.AlertsFrom = Math.Max(Progress.AlertsFrom, Progress.Newest ?? long.MinValue);
        (Progress.WindowLength, Progress.PredictionsNext, Progress.OutcomesNext) = (length, 0, 0);
        (Progress.Newest, Progress.ClosedUntil, Progress.Late, Progress.Future) = (null, long.MinValue, 0, 0);
        _windows.Clear();
        _changed.Clear();
        _last = null;
    }

    /// <summary>
    /// The arm whose window a record belongs to: the champion's where callers got its answer, a challenger's whether they did or not; null for what the champion scored
    /// beside a challenger's answer.
    /// </summary>
    public static string? ArmOf(ArmScore score) => score.Arm != WindowKey.Champion ? score.Arm : score.Served ? score.Arm : null;

    /// <summary>The unsettled window of a record, made where there is none; null where its time is over.</summary>
    public WindowRow? Of(ArmScore score, string arm)
    {
        if (_last is not null && score.PredictedAt >= _last.Start && score.PredictedAt < _last.End && score.Version == _last.Version && arm == _last.Arm)
            return _last;
        var id = IdOf(score, arm);
        if (_windows.TryGetValue(id, out var window))
            return _last = window;
        if (id.Start + Progress.WindowLength <= Progress.ClosedUntil)
            return null;
        window = new()
        {
            Workspace = Progress.Workspace,
            Monitor = Progress.Monitor,
            Start = id.Start,
            End = id.Start + Progress.WindowLength,
            Version = score.Version,
            Arm = arm,
        };
        _windows[id] = window;
        return _last = window;
    }

    public void Change(WindowRow window) => _changed.Add(window);

    public void AddLateLabel(ArmScore score, string arm)
    {
        var id = IdOf(score, arm);
        _lateLabels[id] = _lateLabels.GetValueOrDefault(id) + 1;
    }

    public void Saved()
    {
        (IsRecut, _last) = (false, null);
        _changed.Clear();
        _lateLabels.Clear();
        foreach (var settled in _windows.Values.Where(w => w.State == WindowState.Settled).ToList())
            _windows.Remove(settled.Id);
    }

    private WindowId IdOf(ArmScore score, string arm) => new(WindowClock.StartOf(score.PredictedAt, Progress.WindowLength), score.Version, arm);
}

/// <summary>Names a window within its monitor.</summary>
internal readonly record struct WindowId(long Start, long Version, string Arm);
