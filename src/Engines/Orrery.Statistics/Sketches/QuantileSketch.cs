namespace Orrery.Statistics.Sketches;

/// <summary>
/// A mergeable sketch of a stream's quantiles: KLL (Karnin, Lang &amp; Liberty, arXiv:1603.05346). With k = 200 it keeps about 3k values whatever the length, and a
/// quantile's rank is off by about 1.3 % of the rows at most, with 99 % confidence; the error falls as 1/k. Exact below k rows. Not thread-safe.
/// </summary>
/// <remarks>
/// A pyramid of compactors: a value in level h stands for 2ʰ rows. A full level is sorted and every second value, beginning by a fair coin, moves up: the rank of
/// any value keeps its expectation. Level capacities shrink downwards by 2/3, the paper's section 4.
/// </remarks>
public sealed class QuantileSketch
{
    /// <summary>Accuracy unless asked otherwise.</summary>
    public const int DefaultK = 200;

    private const double Shrink = 2.0 / 3;
    private readonly List<List<double>> _levels = [[]];
    private readonly SeededRandom _random;
    private (double[] Values, long[] Ranks)? _sorted;

    /// <summary>An empty sketch.</summary>
    /// <param name="k">Capacity of the top level, 8 or more.</param>
    /// <param name="seed">Of the coins; the same seed and stream give the same sketch.</param>
    public QuantileSketch(int k = DefaultK, ulong seed = 0)
    {
        K = Check.AtLeast(8, k);
        _random = new SeededRandom(seed);
    }

    /// <summary>Goes on from where <see cref="ToState"/> was taken.</summary>
    /// <exception cref="ArgumentException">The levels do not add up to the count.</exception>
    public QuantileSketch(QuantileSketchState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        K = Check.AtLeast(8, state.K);
        _random = new SeededRandom(state.Random);
        _levels = [.. state.Levels.Select(level => level.ToList())];
        var rows = 0L;
        for (var level = 0; level < _levels.Count; level++)
            rows += (long)_levels[level].Count << level;
        if (_levels.Count is 0 or > 60 || rows != state.Count)
            throw new ArgumentException($"The sketch claims {state.Count} rows and its levels hold {rows}; the state is damaged.", nameof(state));
        (Count, Minimum, Maximum) = (state.Count, state.Minimum ?? double.NaN, state.Maximum ?? double.NaN);
    }

    /// <summary>Accuracy: the error of a rank is about 2.6 / k of the rows.</summary>
    public int K { get; }

    /// <summary>Rows added.</summary>
    public long Count { get; private set; }

    /// <summary>The smallest value, exact; NaN when empty.</summary>
    public double Minimum { get; private set; } = double.NaN;

    /// <summary>The largest value, exact; NaN when empty.</summary>
    public double Maximum { get; private set; } = double.NaN;

    /// <summary>Values kept.</summary>
    public int Retained => _levels.Sum(level => level.Count);

    /// <summary>Adds one value; NaN means missing and is left out. Amortised O(log k).</summary>
    public void Add(double value)
    {
        if (double.IsNaN(value))
            return;
        Widen(value, value);
        Count++;
        _sorted = null;
        _levels[0].Add(value);
        if (_levels[0].Count >= Capacity(0))
            Compress();
    }

    /// <summary>Adds every value.</summary>
    public void AddRange(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
            Add(value);
    }

    /// <summary>Adds what the other has seen; the error stays that of one sketch over both streams. O(k).</summary>
    public void Merge(QuantileSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.K != K)
            throw new ArgumentException($"Only sketches of the same accuracy merge; this one has k = {K}, the other {other.K}.", nameof(other));
        if (other.Count == 0)
            return;
        Widen(other.Minimum, other.Maximum);
        Count += other.Count;
        _sorted = null;
        while (_levels.Count < other._levels.Count)
            _levels.Add([]);
        for (var level = 0; level < other._levels.Count; level++)
            _levels[level].AddRange(other._levels[level].ToArray());
        Compress();
    }

    /// <summary>The value below which about this share of the rows lies; NaN when empty. O(k log k) after a change, else O(log k).</summary>
    /// <param name="probability">0 (the minimum) to 1 (the maximum).</param>
    public double Quantile(double probability)
    {
        if (!(probability is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "Expected 0 to 1.");
        if (Count == 0 || probability == 0)
            return Minimum;
        if (probability == 1)
            return Maximum;
        var (values, ranks) = Sorted();
        var wanted = Math.Max(1, (long)Math.Ceiling(probability * Count));
        var found = Array.BinarySearch(ranks, wanted);
        return values[Math.Min(values.Length - 1, found >= 0 ? found : ~found)];
    }

    /// <summary>The share of rows at or below the value; NaN when empty. O(log k) after the first call.</summary>
    public double Cdf(double value)
    {
        if (Count == 0)
            return double.NaN;
        var (values, ranks) = Sorted();
        var (low, high) = (0, values.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (values[middle] <= value)
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? 0 : (double)ranks[low - 1] / Count;
    }

    /// <summary>All that is needed to go on.</summary>
    public QuantileSketchState ToState() => new()
    {
        K = K,
        Count = Count,
        Minimum = Count == 0 ? null : Minimum,
        Maximum = Count == 0 ? null : Maximum,
        Levels = [.. _levels.Select(level => level.ToArray())],
        Random = _random.ToState(),
    };

    private int Capacity(int level) => Math.Max(8, (int)Math.Ceiling(K * Math.Pow(Shrink, _levels.Count - 1 - level)));

    private void Compress()
    {
        for (var level = 0; level < _levels.Count; level++)
        {
            var values = _levels[level];
            if (values.Count < Capacity(level))
                continue;
            if (level + 1 == _levels.Count)
                _levels.Add([]);
            values.Sort();
            // An odd value stays behind: only whole pairs keep the weight exact.
            var paired = values.Count & ~1;
            for (var i = (int)(_random.NextBits() >> 63); i < paired; i += 2)
                _levels[level + 1].Add(values[i]);
            values.RemoveRange(0, paired);
        }
    }

    private (double[] Values, long[] Ranks) Sorted()
    {
        if (_sorted is { } cached)
            return cached;
        var values = new double[Retained];
        var ranks = new long[values.Length];
        var at = 0;
        for (var level = 0; level < _levels.Count; level++)
            foreach (var value in _levels[level])
                (values[at], ranks[at++]) = (value, 1L << level);
        Array.Sort(values, ranks);
        for (var i = 1; i < ranks.Length; i++)
            ranks[i] += ranks[i - 1];
        _sorted = (values, ranks);
        return (values, ranks);
    }

    private void Widen(double minimum, double maximum)
    {
        Minimum = double.IsNaN(Minimum) ? minimum : Math.Min(Minimum, minimum);
        Maximum = double.IsNaN(Maximum) ? maximum : Math.Max(Maximum, maximum);
    }
}

/// <summary>The serialisable state of a <see cref="QuantileSketch"/>.</summary>
public sealed record QuantileSketchState
{
    /// <summary>Accuracy.</summary>
    public required int K { get; init; }

    /// <summary>Rows added.</summary>
    public required long Count { get; init; }

    /// <summary>The smallest value; null when empty.</summary>
    public double? Minimum { get; init; }

    /// <summary>The largest value; null when empty.</summary>
    public double? Maximum { get; init; }

    /// <summary>Kept values; one of level h stands for 2ʰ rows.</summary>
    public required IReadOnlyList<double[]> Levels { get; init; }

    /// <summary>Where the coins stand.</summary>
    public required SeededRandomState Random { get; init; }
}
