namespace Orrery.Statistics.Streams;

/// <summary>
/// Adaptive windowing, ADWIN2 (Bifet &amp; Gavaldà 2007): keeps the longest recent window whose mean has not changed, and drops its older part when two parts differ by more than chance. The window
/// is an exponential histogram: O(log n) memory, O(log n) per value amortised over the check's period.
/// </summary>
/// <remarks>For values of any scale the bound uses the window's variance; its second term assumes that values span about 1, so scale others.</remarks>
public sealed class Adwin : IDriftDetector
{
    // Buckets of one size before two of them merge: the paper's M.
    private const int BucketsPerLevel = 5;
    private const int MinimumPart = 5;
    private readonly double _confidence;
    private readonly int _period;

    // Level k holds buckets of 2ᵏ values each, the oldest first.
    private readonly List<List<Bucket>> _levels = [[]];
    private long _added;
    private double _sum;
    private double _squares;

    /// <summary>A detector with an empty window.</summary>
    /// <param name="delta">Bound on the chance of a false alarm at a check; default 0.002.</param>
    /// <param name="period">Values between checks; default 32.</param>
    public Adwin(double delta = 0.002, int period = 32) => (_confidence, _period) = (Check.Probability(delta), Check.AtLeast(1, period));

    /// <summary>Values in the window.</summary>
    public long Width { get; private set; }

    /// <summary>The window's mean; NaN when empty.</summary>
    public double Mean => Width == 0 ? double.NaN : _sum / Width;

    /// <inheritdoc/>
    public StreamState Add(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a finite value.");
        Insert(value);
        if (++_added % _period != 0)
            return StreamState.Stable;
        var found = false;
        while (DropsOldest())
            found = true;
        return found ? StreamState.Drift : StreamState.Stable;
    }

    private void Insert(double value)
    {
        _levels[0].Add(new Bucket(value, value * value));
        (Width, _sum, _squares) = (Width + 1, _sum + value, _squares + value * value);
        for (var level = 0; _levels[level].Count > BucketsPerLevel; level++)
        {
            if (level + 1 == _levels.Count)
                _levels.Add([]);
            var (a, b) = (_levels[level][0], _levels[level][1]);
            _levels[level].RemoveRange(0, 2);
            _levels[level + 1].Add(new Bucket(a.Sum + b.Sum, a.Squares + b.Squares));
        }
    }

    // One pass over every border between buckets, from the oldest; drops the oldest bucket if some border parts two different means.
    private bool DropsOldest()
    {
        var (olderCount, olderSum) = (0L, 0.0);
        for (var level = _levels.Count - 1; level >= 0; level--)
        {
            foreach (var bucket in _levels[level])
            {
                olderCount += 1L << level;
                olderSum += bucket.Sum;
                if (olderCount < MinimumPart || Width - olderCount < MinimumPart || !Differ(olderCount, olderSum))
                    continue;
                Drop();
                return true;
            }
        }

        return false;
    }

    private bool Differ(long olderCount, double olderSum)
    {
        var newerCount = Width - olderCount;
        var gap = Math.Abs(olderSum / olderCount - (_sum - olderSum) / newerCount);
        var variance = Math.Max(0, _squares / Width - Mean * Mean);
        var inverse = 1.0 / olderCount + 1.0 / newerCount;
        var logs = Math.Log(2 * Math.Log(Width) / _confidence);
        return gap > Math.Sqrt(2 * inverse * variance * logs) + 2.0 / 3 * inverse * logs;
    }

    private void Drop()
    {
        var level = _levels.FindLastIndex(buckets => buckets.Count > 0);
        var oldest = _levels[level][0];
        _levels[level].RemoveAt(0);
        (Width, _sum, _squares) = (Width - (1L << level), _sum - oldest.Sum, _squares - oldest.Squares);
        while (_levels.Count > 1 && _levels[^1].Count == 0)
            _levels.RemoveAt(_levels.Count - 1);
    }

    private readonly record struct Bucket(double Sum, double Squares);
}
