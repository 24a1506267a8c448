using Orrery.Statistics;

namespace Orrery.Tuning.Pruners;

/// <summary>
/// Hyperband (Li et al., arXiv:1603.06560, algorithm 1) without waiting: several brackets of successive halving side by side, from one that stops at the first rung to one that
/// never stops, so that no guess is needed of how early a curve tells its end. A trial's bracket is drawn by its number, with the share of trials that the paper gives
/// the bracket. O(log n) search and O(n) insertion per rung.
/// </summary>
public sealed class HyperbandPruner : IPruner
{
    private readonly SuccessiveHalvingPruner[] _brackets;

    // Shares of the brackets, summed up.
    private readonly double[] _cumulative;
    private readonly ulong _seed;

    /// <summary>A pruner without memory.</summary>
    /// <param name="maximumResource">The step of a trial that runs to its end.</param>
    /// <param name="minimumResource">The step of the first rung, 1 or more.</param>
    /// <param name="reduction">Which part goes on from a rung, 2 or more; default 3, a third.</param>
    /// <param name="seed">Of the brackets' draw.</param>
    public HyperbandPruner(int maximumResource, int minimumResource = 1, int reduction = 3, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumResource, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumResource, minimumResource);
        ArgumentOutOfRangeException.ThrowIfLessThan(reduction, 2);
        _seed = seed;
        var resources = new List<int>();
        for (long resource = minimumResource; resource <= maximumResource; resource *= reduction)
            resources.Add((int)resource);
        // Bracket s of the paper starts n = ⌈(s_max + 1) · ηˢ / (s + 1)⌉ trials; ours are by ascending first rung, so s counts down.
        var count = resources.Count;
        _brackets = [.. resources.Select(resource => new SuccessiveHalvingPruner(resource, reduction))];
        _cumulative = new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
            _cumulative[i] = sum += Math.Ceiling(count * Math.Pow(reduction, count - 1 - i) / (count - i));
    }

    /// <summary>How many brackets there are.</summary>
    public int Brackets => _brackets.Length;

    /// <summary>The bracket of a trial, 0 the one that stops earliest.</summary>
    public int BracketOf(int trial)
    {
        var at = SeededRandom.ForPart(_seed, (uint)trial).NextDouble() * _cumulative[^1];
        return Math.Max(0, Array.FindIndex(_cumulative, sum => at < sum));
    }

    /// <inheritdoc/>
    public PruningDecision Report(int trial, int step, double loss) => Of(trial).Report(trial, step, loss);

    /// <inheritdoc/>
    public void Completed(int trial) => Of(trial).Completed(trial);

    /// <inheritdoc/>
    public void Stopped(int trial) => Of(trial).Stopped(trial);

    private SuccessiveHalvingPruner Of(int trial) => _brackets[BracketOf(trial)];
}
