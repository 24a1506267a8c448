using Orrery.Statistics.Metrics;
using Orrery.Training.Studies;
using Orrery.Tuning.Studies;
using Orrery.Web.Charts;
using Orrery.Web.Parts;

namespace Orrery.Web.Pages.Studies;

/// <summary>Turns a study's trials into points and lines.</summary>
internal sealed class StudyPictures
{
    private readonly StudyStatus _status;
    private readonly List<StudyTrial> _complete;
    private readonly HashSet<int> _best;

    public StudyPictures(StudyStatus status, IReadOnlyList<StudyTrial> trials)
    {
        _status = status;
        _complete = [.. trials.Where(t => t.State == TrialState.Complete)];
        _best = [.. status.Best.Select(t => t.Number)];
        Axes = [.. status.Space.Select(p => new ParameterScaleAxis(p))];
    }

    public IReadOnlyList<ParameterScaleAxis> Axes { get; }

    public bool HasTrials => _complete.Count > 0;

    /// <summary>Every value of an objective, by trial.</summary>
    public IReadOnlyList<ScatterPoint> History(int objective) => [.. _complete.Select(t => new ScatterPoint(t.Number, t.Values[objective], Text(t, objective), Mark(t)))];

    /// <summary>The best value of an objective so far.</summary>
    public IReadOnlyList<(double X, double Y)> BestSoFar(int objective)
    {
        var line = new List<(double, double)>();
        double? best = null;
        foreach (var trial in _complete.Where(t => t.IsFeasible))
        {
            var value = trial.Values[objective];
            if (best is { } known && (IsHigher(objective) ? value <= known : value >= known))
                continue;
            line.Add((trial.Number, value));
            best = value;
        }

        return line;
    }

    /// <summary>An objective over a parameter.</summary>
    public IReadOnlyList<ScatterPoint> Slice(ParameterScaleAxis axis, int objective) =>
        [.. _complete.Where(t => t.Parameters.ContainsKey(axis.Name))
            .Select(t => new ScatterPoint(axis.At(t.Parameters[axis.Name]), t.Values[objective], $"{Text(t, objective)} at {axis.Name} = {t.Parameters[axis.Name]}", Mark(t)))];

    /// <summary>One objective over another; those that no other beats stand out.</summary>
    public IReadOnlyList<ScatterPoint> Front(int across, int up) =>
        [.. _complete.Select(t => new ScatterPoint(t.Values[across], t.Values[up], $"trial {t.Number}: {Metric(across)} {Numbers.Metric(t.Values[across])}, {Metric(up)} {Numbers.Metric(t.Values[up])}", Mark(t)))];

    public IReadOnlyList<ParallelAxis> ParallelAxes(int objective)
    {
        var (low, high) = Range(objective);
        return [
            .. Axes.Select(axis => new ParallelAxis(axis.Name, [.. axis.Ticks.Select(t => ((t.At - axis.Low) / (axis.High - axis.Low), t.Label))])),
            new(Metric(objective), [(0, Numbers.Compact(low)), (1, Numbers.Compact(high))]),
        ];
    }

    /// <summary>A line a trial; the best tenth stand out, and lie above the others.</summary>
    public IReadOnlyList<ParallelLine> ParallelLines(int objective)
    {
        var (low, high) = Range(objective);
        var ordered = _complete.OrderBy(t => t.IsFeasible).ThenByDescending(t => IsHigher(objective) ? -t.Values[objective] : t.Values[objective]).ToList();
        var good = Math.Max(1, ordered.Count / 10);
        return [.. ordered.Select((t, i) => new ParallelLine(
            [.. Axes.Select(axis => t.Parameters.TryGetValue(axis.Name, out var value) ? axis.Share(value) : (double?)null), high > low ? Math.Clamp((t.Values[objective] - low) / (high - low), 0, 1) : 0.5],
            Text(t, objective), !t.IsFeasible ? ScatterMark.Faint : i >= ordered.Count - good ? ScatterMark.Best : ScatterMark.Plain))];
    }

    private (double Low, double High) Range(int objective) =>
        _complete.Count == 0 ? (0, 1) : (_complete.Min(t => t.Values[objective]), _complete.Max(t => t.Values[objective]));

    private bool IsHigher(int objective) => _status.Objectives[objective].Direction == MetricDirection.HigherIsBetter;

    private string Metric(int objective) => _status.Objectives[objective].Metric;

    private string Text(StudyTrial trial, int objective) => $"trial {trial.Number}: {Metric(objective)} {Numbers.Metric(trial.Values[objective])}";

    private ScatterMark Mark(StudyTrial trial) => _best.Contains(trial.Number) ? ScatterMark.Best : trial.IsFeasible ? ScatterMark.Plain : ScatterMark.Faint;
}
