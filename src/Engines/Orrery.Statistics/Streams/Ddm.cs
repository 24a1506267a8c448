namespace Orrery.Statistics.Streams;

/// <summary>
/// The drift detection method (Gama et al. 2004) for a classifier's errors: warns when the error rate plus its standard deviation is two deviations above the best seen, and finds
/// drift at three. It sees the rate rise, never fall. O(1) memory and time.
/// </summary>
public sealed class Ddm : IDriftDetector
{
    private readonly int _minimumValues;
    private long _count;
    private double _rate;
    private double _bestRate = double.PositiveInfinity;
    private double _bestDeviation = double.PositiveInfinity;

    /// <summary>A detector without memory.</summary>
    /// <param name="minimumValues">No judgement before, since the normal approximation needs them; default 30, the paper's.</param>
    public Ddm(int minimumValues = 30) => _minimumValues = Check.AtLeast(1, minimumValues);

    /// <summary>Takes the next outcome: 1 is an error, 0 none.</summary>
    public StreamState Add(double value)
    {
        if (value is not (0 or 1))
            throw new ArgumentOutOfRangeException(nameof(value), value, "Expected 1 for an error or 0 for none.");
        _count++;
        _rate += (value - _rate) / _count;
        if (_count < _minimumValues)
            return StreamState.Stable;
        var deviation = Math.Sqrt(_rate * (1 - _rate) / _count);
        if (_rate + deviation < _bestRate + _bestDeviation)
            (_bestRate, _bestDeviation) = (_rate, deviation);
        if (_rate + deviation > _bestRate + 3 * _bestDeviation)
        {
            (_count, _rate, _bestRate, _bestDeviation) = (0, 0, double.PositiveInfinity, double.PositiveInfinity);
            return StreamState.Drift;
        }

        return _rate + deviation > _bestRate + 2 * _bestDeviation ? StreamState.Warning : StreamState.Stable;
    }
}
