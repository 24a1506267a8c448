using Orrery.Kernel;
using Orrery.Statistics;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Tuning.Importance;

/// <summary>How importances are found.</summary>
public sealed record ImportanceOptions
{
    /// <summary>Trees of the forest; default 64.</summary>
    public int Trees { get; init; } = 64;

    /// <summary>Levels of a tree at most; default 12.</summary>
    public int MaxDepth { get; init; } = 12;

    /// <summary>Trials at most; default 1000. Beyond, a uniform sample stands for all: the cost does not grow with the study.</summary>
    public int MaxTrials { get; init; } = 1000;

    /// <summary>Which of several objectives, from 0.</summary>
    public int Objective { get; init; }

    /// <summary>The same seed and trials give the same importances.</summary>
    public ulong Seed { get; init; }
}

/// <summary>What two parameters explain together beyond what each explains alone.</summary>
/// <param name="First">The one that is declared earlier.</param>
/// <param name="Second">The other.</param>
/// <param name="Share">Of the variance, 0 to 1.</param>
public sealed record PairImportance(string First, string Second, double Share);

/// <summary>
/// Functional ANOVA of a study (Hutter, Hoos &amp; Leyton-Brown, ICML 2014, algorithm 2): a random forest learns the objective, and the importance of a parameter, or of a pair, is the share of the
/// forest's variance over the whole space that it explains, with all others averaged out exactly, leaf by leaf. What only more than two explain is in nobody's share. Where a
/// trial does not have a parameter, it counts as being in the middle of its range.
/// </summary>
public static class FunctionalAnova
{
    /// <summary>The importance of every parameter alone, in the space's order; all 0 where the objective is constant.</summary>
    /// <param name="study">Its complete trials are used.</param>
    /// <param name="options">How.</param>
    /// <exception cref="InvalidException">Fewer than two trials are complete.</exception>
    public static IReadOnlyDictionary<string, double> Of(Study study, ImportanceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(study);
        return Of(study.Space, study.Trials, options);
    }

    /// <summary>The same of some trials of a space.</summary>
    /// <exception cref="InvalidException">Fewer than two trials are complete.</exception>
    public static IReadOnlyDictionary<string, double> Of(SearchSpace space, IReadOnlyList<TrialRecord> trials, ImportanceOptions? options = null)
    {
        var (points, values, checkedOptions) = Learnt(space, trials, options);
        var shares = Shares(points, values, checkedOptions);
        return space.Specs.Select((spec, d) => (spec.Name, Share: shares[d])).ToDictionary(s => s.Name, s => s.Share, StringComparer.Ordinal);
    }

    /// <summary>What every pair of parameters explains beyond its two, the largest first.</summary>
    /// <param name="study">Its complete trials are used.</param>
    /// <param name="options">How.</param>
    /// <exception cref="InvalidException">Fewer than two trials are complete.</exception>
    public static IReadOnlyList<PairImportance> PairsOf(Study study, ImportanceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(study);
        return PairsOf(study.Space, study.Trials, options);
    }

    /// <summary>The same of some trials of a space.</summary>
    /// <exception cref="InvalidException">Fewer than two trials are complete.</exception>
    public static IReadOnlyList<PairImportance> PairsOf(SearchSpace space, IReadOnlyList<TrialRecord> trials, ImportanceOptions? options = null)
    {
        var (points, values, checkedOptions) = Learnt(space, trials, options);
        return [.. PairShares(points, values, checkedOptions)
            .Select(pair => new PairImportance(space.Dimensions[pair.First].Spec.Name, space.Dimensions[pair.Second].Spec.Name, pair.Share))
            .OrderByDescending(pair => pair.Share)];
    }

    internal static double[] Shares(double[][] points, double[] values, ImportanceOptions options)
    {
        var shares = new double[points[0].Length];
        var trees = Forest(points, values, options);
        foreach (var tree in trees)
            for (var d = 0; d < shares.Length; d++)
                shares[d] += tree.Of(d) / tree.Total / trees.Count;
        return shares;
    }

    internal static List<(int First, int Second, double Share)> PairShares(double[][] points, double[] values, ImportanceOptions options)
    {
        var dimensions = points[0].Length;
        var trees = Forest(points, values, options);
        var alone = trees.Select(tree => Enumerable.Range(0, dimensions).Select(d => tree.Of(d)).ToArray()).ToArray();
        return [.. from first in Enumerable.Range(0, dimensions)
                   from second in Enumerable.Range(first + 1, dimensions - first - 1)
                   select (first, second, trees.Select((tree, i) => Math.Max(0, tree.Of(first, second) - alone[i][first] - alone[i][second]) / tree.Total / trees.Count).Sum())];
    }

    // Trees that explain nothing, because all their trials are alike, have no shares.
    private static List<TreeVariance> Forest(double[][] points, double[] values, ImportanceOptions options) =>
        [.. Enumerable.Range(0, options.Trees).Select(tree =>
        {
            var random = SeededRandom.ForPart(options.Seed, (uint)tree);
            int[] rows = [.. points.Select(_ => random.NextInt(points.Length))];
            return new TreeVariance(RegressionTree.Grow(points, values, rows, options.MaxDepth, random));
        }).Where(tree => tree.Total > 0)];

    private static (double[][] Points, double[] Values, ImportanceOptions Options) Learnt(
        SearchSpace space, IReadOnlyList<TrialRecord> all, ImportanceOptions? options)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(all);
        options ??= new ImportanceOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Trees, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxDepth, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTrials, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Objective, nameof(options));
        TrialRecord[] trials = [.. all.Where(t => t.State == TrialState.Complete)
            .OrderBy(t => SeededRandom.ForPart(options.Seed, (uint)t.Number).NextBits()).Take(options.MaxTrials).OrderBy(t => t.Number)];
        if (trials.Length < 2)
            throw new InvalidException($"Importance needs at least two complete trials; the study has {trials.Length}.");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.Objective, trials[0].Values.Length, nameof(options));
        return ([.. trials.Select(t => Dimension.Filled(space.ToUnit(t.Parameters)).ToArray())], [.. trials.Select(t => t.Values[options.Objective])], options);
    }
}
