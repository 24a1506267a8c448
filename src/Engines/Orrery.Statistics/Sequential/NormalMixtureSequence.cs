namespace Orrery.Statistics.Sequential;

/// <summary>
/// The confidence sequence for values that are sub-Gaussian with a known standard deviation, and its dual, the mixture sequential probability ratio test (mSPRT: Robbins 1970;
/// Johari, Pekelis &amp; Walsh, arXiv:1512.04922; Howard et al., arXiv:1810.08240, equation 14). O(1) memory and time per value.
/// </summary>
/// <remarks>
/// The mean under the alternative has the mixing distribution N(0, τ²); τ is chosen so that the interval is narrowest near <c>tunedFor</c> values. It is valid at any
/// other number too, only wider. A value bounded in [a, b] is sub-Gaussian with standard deviation (b − a) / 2 at most.
/// </remarks>
public sealed class NormalMixtureSequence : ConfidenceSequence
{
    private readonly double _ratio;
    private double _sum;
    private double _largestLogLikelihoodRatio;

    /// <summary>An empty sequence.</summary>
    /// <param name="standardDeviation">The sub-Gaussian scale of a value, in its unit.</param>
    /// <param name="alpha">The error that the verdict allows itself.</param>
    /// <param name="tunedFor">Values after which a verdict is hoped for.</param>
    public NormalMixtureSequence(double standardDeviation, double alpha = 0.05, double tunedFor = 1000)
        : base(alpha)
    {
        StandardDeviation = Check.Positive(standardDeviation);
        TunedFor = Check.Positive(tunedFor);
        // ρ = τ²/σ² that makes the boundary smallest at n: nρ = −W₋₁(−α²/e) − 1 ≈ 2 ln(1/α) + ln(1 + 2 ln(1/α)) (Howard et al., section 3.5).
        var logs = 2 * Math.Log(1 / alpha);
        _ratio = (logs + Math.Log(1 + logs)) / tunedFor;
    }

    /// <summary>Goes on from where <see cref="ToState"/> was taken.</summary>
    public NormalMixtureSequence(NormalMixtureState state)
        : this((state ?? throw new ArgumentNullException(nameof(state))).StandardDeviation, state.Alpha, state.TunedFor)
    {
        (Count, Verdict, DecidedAt) = (state.Count, state.Verdict, state.DecidedAt);
        (_sum, _largestLogLikelihoodRatio) = (state.Sum, state.LargestLogLikelihoodRatio);
    }

    /// <summary>The sub-Gaussian scale of a value.</summary>
    public double StandardDeviation { get; }

    /// <summary>Values at which the interval is narrowest for its number.</summary>
    public double TunedFor { get; }

    /// <inheritdoc/>
    public override double Mean => Count == 0 ? double.NaN : _sum / Count;

    /// <summary>
    /// The always-valid p-value of mean 0: it never rises, and may be compared with alpha at any moment.
    /// </summary>
    public double PValue => Math.Exp(-_largestLogLikelihoodRatio);

    /// <inheritdoc/>
    public override Interval Interval(double alpha)
    {
        Check.Probability(alpha);
        if (Count == 0)
            return new Interval(double.NegativeInfinity, double.PositiveInfinity);
        var spread = 1 + Count * _ratio;
        var half = StandardDeviation / Count * Math.Sqrt(2 * spread / _ratio * (Math.Log(1 / alpha) + Math.Log(spread) / 2));
        return new Interval(Mean - half, Mean + half);
    }

    /// <summary>All that is needed to go on.</summary>
    public NormalMixtureState ToState() =>
        new(StandardDeviation, Alpha, TunedFor, Count, Verdict, DecidedAt, _sum, _largestLogLikelihoodRatio);

    private protected override void Observe(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a finite value.");
        _sum += value;
        var z = _sum / StandardDeviation;
        var spread = 1 + (Count + 1) * _ratio;
        _largestLogLikelihoodRatio = Math.Max(_largestLogLikelihoodRatio, z * z * _ratio / (2 * spread) - Math.Log(spread) / 2);
    }
}

/// <summary>The serialisable state of a <see cref="NormalMixtureSequence"/>.</summary>
public sealed record NormalMixtureState(
    double StandardDeviation,
    double Alpha,
    double TunedFor,
    long Count,
    SequentialVerdict Verdict,
    long? DecidedAt,
    double Sum,
    double LargestLogLikelihoodRatio);
