namespace Orrery.Statistics.Sequential;

/// <summary>
/// The confidence sequence for values that stay inside known bounds, and adapts to their variance: the predictable plug-in empirical Bernstein sequence (Waudby-Smith
/// &amp; Ramdas, arXiv:2010.09686, theorem 2). Nothing is assumed but the bounds. O(1) memory and time per value.
/// </summary>
/// <remarks>Log-loss differences are unbounded: clip each loss first, as to [0, 2], and the bounds are −2 and 2. Narrow bounds decide sooner.</remarks>
public sealed class EmpiricalBernsteinSequence : ConfidenceSequence
{
    // The paper's truncation c: a larger bet would gain on tiny variances and lose robustness early on; 1/2 is its recommendation.
    private const double LargestBet = 0.5;

    private double _sum;
    private double _squares;
    private double _bets;
    private double _weighted;
    private double _penalty;

    /// <summary>An empty sequence.</summary>
    /// <param name="lower">No value is below.</param>
    /// <param name="upper">No value is above.</param>
    /// <param name="alpha">The error that the verdict allows itself.</param>
    public EmpiricalBernsteinSequence(double lower, double upper, double alpha = 0.05)
        : base(alpha)
    {
        if (!double.IsFinite(lower) || !double.IsFinite(upper) || lower >= upper)
            throw new ArgumentException($"Expected finite bounds, lower below upper; got {lower} and {upper}.");
        (Lower, Upper) = (lower, upper);
    }

    /// <summary>Goes on from where <see cref="ToState"/> was taken.</summary>
    public EmpiricalBernsteinSequence(EmpiricalBernsteinState state)
        : this((state ?? throw new ArgumentNullException(nameof(state))).Lower, state.Upper, state.Alpha)
    {
        (Count, Verdict, DecidedAt) = (state.Count, state.Verdict, state.DecidedAt);
        (_sum, _squares, _bets, _weighted, _penalty) = (state.Sum, state.Squares, state.Bets, state.Weighted, state.Penalty);
    }

    /// <summary>No value is below.</summary>
    public double Lower { get; }

    /// <summary>No value is above.</summary>
    public double Upper { get; }

    /// <inheritdoc/>
    public override double Mean => Count == 0 ? double.NaN : Lower + (Upper - Lower) * _sum / Count;

    /// <inheritdoc/>
    public override Interval Interval(double alpha)
    {
        Check.Probability(alpha);
        if (Count == 0)
            return new Interval(Lower, Upper);
        var middle = _weighted / _bets;
        var half = (Math.Log(2 / alpha) + _penalty) / _bets;
        return new Interval(Lower + (Upper - Lower) * Math.Max(0, middle - half), Lower + (Upper - Lower) * Math.Min(1, middle + half));
    }

    /// <summary>All that is needed to go on.</summary>
    public EmpiricalBernsteinState ToState() => new()
    {
        Lower = Lower,
        Upper = Upper,
        Alpha = Alpha,
        Count = Count,
        Verdict = Verdict,
        DecidedAt = DecidedAt,
        Sum = _sum,
        Squares = _squares,
        Bets = _bets,
        Weighted = _weighted,
        Penalty = _penalty,
    };

    private protected override void Observe(double value)
    {
        if (!(value >= Lower && value <= Upper))
            throw new ArgumentOutOfRangeException(nameof(value), value, $"Expected a value from {Lower} to {Upper}, the promised bounds; clip the loss or widen them.");
        var x = (value - Lower) / (Upper - Lower);
        var t = Count + 1;
        // Everything that decides the bet is from before this value: that is what makes the bet fair.
        var meanBefore = (0.5 + _sum) / t;
        var varianceBefore = (0.25 + _squares) / t;
        var bet = Math.Min(LargestBet, Math.Sqrt(2 * Math.Log(2 / Alpha) / (varianceBefore * t * Math.Log(1.0 + t))));
        _bets += bet;
        _weighted += bet * x;
        _penalty += (x - meanBefore) * (x - meanBefore) * (-Math.Log(1 - bet) - bet);
        _sum += x;
        var meanAfter = (0.5 + _sum) / (t + 1);
        _squares += (x - meanAfter) * (x - meanAfter);
    }
}

/// <summary>The serialisable state of an <see cref="EmpiricalBernsteinSequence"/>; sums are of values scaled to [0, 1].</summary>
public sealed record EmpiricalBernsteinState
{
    /// <summary>No value is below.</summary>
    public required double Lower { get; init; }

    /// <summary>No value is above.</summary>
    public required double Upper { get; init; }

    /// <summary>The verdict's error.</summary>
    public required double Alpha { get; init; }

    /// <summary>Values added.</summary>
    public required long Count { get; init; }

    /// <summary>What was said.</summary>
    public SequentialVerdict Verdict { get; init; }

    /// <summary>When it was said.</summary>
    public long? DecidedAt { get; init; }

    /// <summary>Sum of values.</summary>
    public required double Sum { get; init; }

    /// <summary>Sum of squared deviations from the running mean.</summary>
    public required double Squares { get; init; }

    /// <summary>Sum of bets λ.</summary>
    public required double Bets { get; init; }

    /// <summary>Sum of λ times value.</summary>
    public required double Weighted { get; init; }

    /// <summary>Sum of v·ψ(λ).</summary>
    public required double Penalty { get; init; }
}
