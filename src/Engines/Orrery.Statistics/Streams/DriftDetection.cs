namespace Orrery.Statistics.Streams;

/// <summary>What a stream detector says after a value.</summary>
public enum StreamState
{
    /// <summary>No sign of change.</summary>
    Stable,

    /// <summary>A change may be beginning.</summary>
    Warning,

    /// <summary>The stream has changed; the detector has started afresh with what is new.</summary>
    Drift,
}

/// <summary>Watches a stream of numbers, one at a time, for a change of its mean. Not thread-safe.</summary>
public interface IDriftDetector
{
    /// <summary>Takes the next value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite, or not what the detector takes.</exception>
    StreamState Add(double value);
}
