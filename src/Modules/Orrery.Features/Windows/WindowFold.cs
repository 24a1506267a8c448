using Orrery.Features.Views;

namespace Orrery.Features.Windows;

/// <summary>
/// Computes an entity's features at a tick, by folding the buckets of each window anew. Nothing is ever subtracted, so no rounding error can pile up, and the
/// batch, which walks through all change points, and the stream, which asks for one, give the same bits. Not thread-safe.
/// </summary>
internal sealed class WindowFold(FeatureViewPlan plan)
{
    private readonly double[] _window = new double[plan.Slots.Count];
    private readonly int[] _starts = new int[plan.Windows.Count];
    private int _end;

    /// <summary>The tick of the values that were computed last.</summary>
    public long Tick { get; private set; }

    /// <summary>The features at <paramref name="tick"/>. O(windows × buckets of the window).</summary>
    public void At(EntityTimeline timeline, long tick, Span<double> features)
    {
        Tick = tick;
        _end = timeline.CountThrough(tick);
        for (var w = 0; w < _starts.Length; w++)
            _starts[w] = timeline.CountThrough(tick - plan.Windows[w]);
        Fold(timeline, features);
    }

    /// <summary>Goes before the first change point.</summary>
    public void Restart()
    {
        _end = 0;
        Array.Clear(_starts);
    }

    /// <summary>The features at the next change point; false after the last.</summary>
    public bool Next(EntityTimeline timeline, Span<double> features)
    {
        var ticks = timeline.Ticks;
        var tick = _end < ticks.Length ? ticks[_end] : long.MaxValue;
        for (var w = 0; w < _starts.Length; w++)
        {
            if (_starts[w] < ticks.Length)
                tick = Math.Min(tick, ticks[_starts[w]] + plan.Windows[w]);
        }

        if (tick == long.MaxValue)
            return false;
        Tick = tick;
        if (_end < ticks.Length && ticks[_end] == tick)
            _end++;
        for (var w = 0; w < _starts.Length; w++)
        {
            if (_starts[w] < ticks.Length && ticks[_starts[w]] + plan.Windows[w] == tick)
                _starts[w]++;
        }

        Fold(timeline, features);
        return true;
    }

    // The buckets of window w are those from _starts[w], the number that have left it, to _end, the number that have entered.
    private void Fold(EntityTimeline timeline, Span<double> features)
    {
        for (var w = 0; w < _starts.Length; w++)
        {
            Buckets.Clear(plan, _window);
            for (var i = _starts[w]; i < _end; i++)
                Buckets.Merge(plan, _window, timeline[i]);
            for (var f = 0; f < features.Length; f++)
            {
                if (plan.Features[f].Window == w)
                    features[f] = Buckets.Read(plan.Features[f], _window);
            }
        }
    }
}
