namespace Orrery.Statistics.Sequential;

/// <summary>
/// Do two arms succeed equally often? An anytime-valid two-sample test by e-values (Turner, Ly &amp; Grünwald, arXiv:2106.02693): each block of trials multiplies the evidence by the
/// likelihood of success rates learnt from earlier blocks over that of their pooled rate. Rejects when the evidence reaches 1 / alpha. Not thread-safe, O(1) per block.
/// </summary>
/// <remarks>
/// With equal rates the chance of ever rejecting is at most alpha, at any number of blocks of any sizes, as long as a block's size does not depend on
/// its own outcomes. The sign of a verdict is that of the observed difference at that moment.
/// </remarks>
public sealed class SequentialBinomialTest
{
    // The paper's recommendation for its Beta prior on either rate: 0.18 pseudo-successes and failures minimise worst-case regret.
    private const double Prior = 0.18;

    private double _logEvidence;
    private double _largestLogEvidence;

    /// <summary>A test without evidence.</summary>
    public SequentialBinomialTest(double alpha = 0.05) => Alpha = Check.Probability(alpha);

    /// <summary>Goes on from where <see cref="ToState"/> was taken.</summary>
    public SequentialBinomialTest(SequentialBinomialState state)
        : this((state ?? throw new ArgumentNullException(nameof(state))).Alpha)
    {
        (BaselineSuccesses, BaselineTrials) = (state.BaselineSuccesses, state.BaselineTrials);
        (CandidateSuccesses, CandidateTrials) = (state.CandidateSuccesses, state.CandidateTrials);
        (_logEvidence, _largestLogEvidence, Verdict) = (state.LogEvidence, state.LargestLogEvidence, state.Verdict);
    }

    /// <summary>The error that the verdict allows itself.</summary>
    public double Alpha { get; }

    /// <summary>Successes of the baseline arm.</summary>
    public long BaselineSuccesses { get; private set; }

    /// <summary>Trials of the baseline arm.</summary>
    public long BaselineTrials { get; private set; }

    /// <summary>Successes of the candidate arm.</summary>
    public long CandidateSuccesses { get; private set; }

    /// <summary>Trials of the candidate arm.</summary>
    public long CandidateTrials { get; private set; }

    /// <summary>Better: the candidate succeeds more often. Once decided it stays.</summary>
    public SequentialVerdict Verdict { get; private set; }

    /// <summary>Candidate rate − baseline rate; NaN while an arm has no trial.</summary>
    public double Difference => (double)CandidateSuccesses / CandidateTrials - (double)BaselineSuccesses / BaselineTrials;

    /// <summary>The always-valid p-value of equal rates.</summary>
    public double PValue => Math.Exp(-_largestLogEvidence);

    /// <summary>
    /// Adds a block: what happened since the last look. Small blocks learn sooner; a block with trials of one arm only says nothing about the difference
    /// yet, but teaches the rates.
    /// </summary>
    public void Add(long baselineSuccesses, long baselineTrials, long candidateSuccesses, long candidateTrials)
    {
        CheckBlock(baselineSuccesses, baselineTrials, nameof(baselineSuccesses));
        CheckBlock(candidateSuccesses, candidateTrials, nameof(candidateSuccesses));
        if (baselineTrials + candidateTrials == 0)
            return;
        var baseline = (BaselineSuccesses + Prior) / (BaselineTrials + 2 * Prior);
        var candidate = (CandidateSuccesses + Prior) / (CandidateTrials + 2 * Prior);
        var pooled = (baseline * baselineTrials + candidate * candidateTrials) / (baselineTrials + candidateTrials);
        _logEvidence += LogLikelihoodRatio(baseline, pooled, baselineSuccesses, baselineTrials)
            + LogLikelihoodRatio(candidate, pooled, candidateSuccesses, candidateTrials);
        _largestLogEvidence = Math.Max(_largestLogEvidence, _logEvidence);
        BaselineSuccesses += baselineSuccesses;
        BaselineTrials += baselineTrials;
        CandidateSuccesses += candidateSuccesses;
        CandidateTrials += candidateTrials;
        if (Verdict == SequentialVerdict.Undecided && _logEvidence >= Math.Log(1 / Alpha))
            Verdict = Difference > 0 ? SequentialVerdict.Better : SequentialVerdict.Worse;
    }

    /// <summary>All that is needed to go on.</summary>
    public SequentialBinomialState ToState() => new(
        Alpha, BaselineSuccesses, BaselineTrials, CandidateSuccesses, CandidateTrials, _logEvidence, _largestLogEvidence, Verdict);

    private static double LogLikelihoodRatio(double rate, double pooled, long successes, long trials) =>
        successes * Math.Log(rate / pooled) + (trials - successes) * Math.Log((1 - rate) / (1 - pooled));

    private static void CheckBlock(long successes, long trials, string name)
    {
        if (successes < 0 || successes > trials)
            throw new ArgumentOutOfRangeException(name, successes, $"Expected 0 to {trials}, the block's trials of this arm.");
    }
}

/// <summary>The serialisable state of a <see cref="SequentialBinomialTest"/>.</summary>
public sealed record SequentialBinomialState(
    double Alpha,
    long BaselineSuccesses,
    long BaselineTrials,
    long CandidateSuccesses,
    long CandidateTrials,
    double LogEvidence,
    double LargestLogEvidence,
    SequentialVerdict Verdict);
