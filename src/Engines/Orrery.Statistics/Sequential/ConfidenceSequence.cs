namespace Orrery.Statistics.Sequential;

/// <summary>What a sequential comparison says so far.</summary>
public enum SequentialVerdict
{
    /// <summary>Not enough evidence yet.</summary>
    Undecided,

    /// <summary>The mean is above 0: with champion loss − challenger loss, the challenger is better.</summary>
    Better,

    /// <summary>The mean is below 0.</summary>
    Worse,
}

/// <summary>
/// An interval for a mean that is valid at every moment at once: P(for some n the mean lies outside) ≤ alpha, so one may look after every value and
/// stop when one likes. Fed with paired differences it is a sequential test; the first time the interval leaves 0 out decides, for good. Not thread-safe.
/// </summary>
/// <remarks>
/// Values must have the same conditional mean given the past (independent rows of a fixed distribution do). The chance of ever giving
/// a verdict where the mean is 0, or the wrong one where it is not, is at most alpha.
/// </remarks>
public abstract class ConfidenceSequence
{
    private protected ConfidenceSequence(double alpha) => Alpha = Check.Probability(alpha);

    /// <summary>The error that the verdict allows itself.</summary>
    public double Alpha { get; }

    /// <summary>Values added.</summary>
    public long Count { get; private protected set; }

    /// <summary>The values' mean; NaN when empty.</summary>
    public abstract double Mean { get; }

    /// <summary>What the evidence says; once decided it stays.</summary>
    public SequentialVerdict Verdict { get; private protected set; }

    /// <summary>The number of values at which the verdict fell; null while undecided.</summary>
    public long? DecidedAt { get; private protected set; }

    /// <summary>Adds one value and looks. O(1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not finite, or outside the bounds that were promised.</exception>
    public void Add(double value)
    {
        Observe(value);
        Count++;
        if (Verdict != SequentialVerdict.Undecided)
            return;
        var interval = Interval(Alpha);
        if (interval.Lower > 0)
            Verdict = SequentialVerdict.Better;
        else if (interval.Upper < 0)
            Verdict = SequentialVerdict.Worse;
        if (Verdict != SequentialVerdict.Undecided)
            DecidedAt = Count;
    }

    /// <summary>Adds every value in order, looking after each.</summary>
    public void AddRange(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
            Add(value);
    }

    /// <summary>The interval at this moment, at <see cref="Alpha"/>.</summary>
    public Interval Interval() => Interval(Alpha);

    /// <summary>The interval at this moment for another alpha, narrowest near <see cref="Alpha"/>. Everything while empty. O(1).</summary>
    public abstract Interval Interval(double alpha);

    private protected abstract void Observe(double value);
}
