namespace Orrery.Statistics.Streams;

/// <summary>
/// The Page–Hinkley test (Page 1954; Hinkley 1971) for a rise or fall of the mean: the cumulated deviation from the running mean, less a tolerance, has moved away from its extreme
/// by more than a threshold. O(1) memory and time.
/// </summary>
public sealed class PageHinkley : IDriftDetector
{
    private readonly double _tolerance;
    private readonly double _threshold;
    private readonly int _minimumValues;
    private long _count;
    private double _mean;
    private double _rise;
    private double _lowestRise;
    private double _fall;
    private double _highestFall;

    /// <summary>A detector without memory.</summary>
    /// <param name="threshold">λ, in the values' unit: larger means fewer false alarms and later true ones.</param>
    /// <param name="tolerance">δ, half the change of mean that one does not care about.</param>
    /// <param name="minimumValues">No alarm before; default 30.</param>
    public PageHinkley(double threshold, double tolerance = 0.005, int minimumValues = 30)
    {
        (_threshold, _tolerance) = (Check.Positive(threshold), Check.NotNegative(tolerance));
        _minimumValues = Check.AtLeast(1, minimumValues);
    }

    /// <inheritdoc/>
    public StreamState Add(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a finite value.");
        _count++;
        _mean += (value - _mean) / _count;
        _rise += value - _mean - _tolerance;
        _fall += value - _mean + _tolerance;
        _lowestRise = Math.Min(_lowestRise, _rise);
        _highestFall = Math.Max(_highestFall, _fall);
        if (_count < _minimumValues || (_rise - _lowestRise <= _threshold && _highestFall - _fall <= _threshold))
            return StreamState.Stable;
        (_count, _mean, _rise, _lowestRise, _fall, _highestFall) = (0, 0, 0, 0, 0, 0);
        return StreamState.Drift;
    }
}
