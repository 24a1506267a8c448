namespace Orrery.Statistics.Sketches;

/// <summary>
/// Count, mean, variance, skewness, kurtosis and range of a stream in O(1) memory, numerically stable and mergeable (Welford 1962; Pébay 2008,
/// equations 2.1 to 2.4). The caller decides what missing means: a NaN makes every figure NaN. Not thread-safe.
/// </summary>
public sealed class Moments
{
    private double _m2;
    private double _m3;
    private double _m4;

    /// <summary>Nothing added yet.</summary>
    public Moments()
    {
    }

    /// <summary>Goes on from where <see cref="ToState"/> was taken.</summary>
    public Moments(MomentsState state)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(state.Count, nameof(state));
        (Count, Mean, _m2, _m3, _m4) = (state.Count, state.Mean, state.M2, state.M3, state.M4);
        if (state.Count > 0)
            (Minimum, Maximum) = (state.Minimum, state.Maximum);
    }

    /// <summary>Values added.</summary>
    public long Count { get; private set; }

    /// <summary>The mean; 0 when empty.</summary>
    public double Mean { get; private set; }

    /// <summary>The smallest value; NaN when empty.</summary>
    public double Minimum { get; private set; } = double.NaN;

    /// <summary>The largest value; NaN when empty.</summary>
    public double Maximum { get; private set; } = double.NaN;

    /// <summary>Unbiased variance, divisor n − 1; NaN below two values.</summary>
    public double Variance => Count < 2 ? double.NaN : _m2 / (Count - 1);

    /// <summary>Root of <see cref="Variance"/>.</summary>
    public double StandardDeviation => Math.Sqrt(Variance);

    /// <summary>Root of the variance with divisor n; NaN when empty.</summary>
    public double PopulationStandardDeviation => Count == 0 ? double.NaN : Math.Sqrt(_m2 / Count);

    /// <summary>Skewness g₁ (SciPy's default); NaN for a constant.</summary>
    public double Skewness => _m2 > 0 ? Math.Sqrt(Count) * _m3 / Math.Pow(_m2, 1.5) : double.NaN;

    /// <summary>Excess kurtosis g₂, 0 for a normal; NaN for a constant.</summary>
    public double Kurtosis => _m2 > 0 ? Count * _m4 / (_m2 * _m2) - 3 : double.NaN;

    /// <summary>Adds one value. O(1).</summary>
    public void Add(double value) => Combine(1, value, 0, 0, 0, value, value);

    /// <summary>Adds every value.</summary>
    public void AddRange(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
            Add(value);
    }

    /// <summary>Adds what the other has seen. O(1).</summary>
    public void Merge(Moments other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count > 0)
            Combine(other.Count, other.Mean, other._m2, other._m3, other._m4, other.Minimum, other.Maximum);
    }

    /// <summary>All that is needed to go on.</summary>
    public MomentsState ToState() => Count == 0
        ? default
        : new MomentsState(Count, Mean, _m2, _m3, _m4, Minimum, Maximum);

    private void Combine(long count, double mean, double m2, double m3, double m4, double minimum, double maximum)
    {
        if (Count == 0)
        {
            (Count, Mean, _m2, _m3, _m4, Minimum, Maximum) = (count, mean, m2, m3, m4, minimum, maximum);
            return;
        }

        double a = Count, b = count, n = a + b;
        var delta = mean - Mean;
        var step = delta / n;
        _m4 += m4 + delta * step * step * step * a * b * (a * a - a * b + b * b)
            + 6 * step * step * (a * a * m2 + b * b * _m2) + 4 * step * (a * m3 - b * _m3);
        _m3 += m3 + delta * step * step * a * b * (a - b) + 3 * step * (a * m2 - b * _m2);
        _m2 += m2 + delta * step * a * b;
        Mean += step * b;
        Count += count;
        Minimum = Math.Min(Minimum, minimum);
        Maximum = Math.Max(Maximum, maximum);
    }
}

/// <summary>The serialisable state of <see cref="Moments"/>: count, mean, and the sums of the 2nd to 4th powers of deviations from the mean.</summary>
public readonly record struct MomentsState(long Count, double Mean, double M2, double M3, double M4, double Minimum, double Maximum);
