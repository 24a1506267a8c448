using Orrery.Kernel;
using Orrery.Statistics;
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

    /// <summary>The same seed and trials give the same importances.</summary>
    public ulong Seed { get; init; }
}

/// <summary>
/// Functional ANOVA of a study (Hutter, Hoos &amp; Leyton-Brown, ICML 2014, algorithm 2): a random forest learns the objective, and a parameter's importance is the share of the forest's variance over the
/// whole space that the parameter explains alone, with all others averaged out exactly, leaf by leaf. What only combinations explain is in nobody's share, so shares sum to 1 at most.
/// </summary>
public static class FunctionalAnova
{
    /// <summary>The importance of every parameter, in the space's order; all 0 where the objective is constant.</summary>
    /// <param name="study">Its complete trials are used; of several objectives the first.</param>
    /// <param name="options">How.</param>
    /// <exception cref="InvalidException">Fewer than two trials are complete.</exception>
    public static IReadOnlyDictionary<string, double> Of(Study study, ImportanceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(study);
        options ??= new ImportanceOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Trees, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxDepth, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxTrials, 2, nameof(options));
        TrialRecord[] trials = [.. study.Trials.Where(t => t.State == TrialState.Complete)
            .OrderBy(t => SeededRandom.ForPart(options.Seed, (uint)t.Number).NextBits()).Take(options.MaxTrials).OrderBy(t => t.Number)];
        if (trials.Length < 2)
            throw new InvalidException($"Importance needs at least two complete trials; the study has {trials.Length}.");
        double[][] points = [.. trials.Select(t => study.Space.ToUnit(t.Parameters))];
        var shares = Shares(points, [.. trials.Select(t => t.Value!.Value)], options);
        return study.Space.Specs.Select((spec, d) => (spec.Name, Share: shares[d])).ToDictionary(s => s.Name, s => s.Share, StringComparer.Ordinal);
    }

    internal static double[] Shares(double[][] points, double[] values, ImportanceOptions options)
    {
        var shares = new double[points[0].Length];
        var trees = 0;
        for (var tree = 0; tree < options.Trees; tree++)
        {
            var random = SeededRandom.ForPart(options.Seed, (uint)tree);
            int[] rows = [.. points.Select(_ => random.NextInt(points.Length))];
            var leaves = RegressionTree.Grow(points, values, rows, options.MaxDepth, random);
            var mean = leaves.Sum(leaf => Volume(leaf, -1) * leaf.Value);
            var variance = leaves.Sum(leaf => Volume(leaf, -1) * (leaf.Value - mean) * (leaf.Value - mean));
            if (variance <= 0)
                continue;
            trees++;
            for (var d = 0; d < shares.Length; d++)
                shares[d] += MarginalVariance(leaves, d, mean) / variance;
        }

        return [.. shares.Select(share => trees == 0 ? 0 : share / trees)];
    }

    // The variance over coordinate d of the tree's mean over all others: a step function, which changes by whole leaves at their ends.
    private static double MarginalVariance(List<TreeLeaf> leaves, int d, double mean)
    {
        var changes = new List<(double At, double By)>(2 * leaves.Count);
        foreach (var leaf in leaves)
        {
            var part = Volume(leaf, d) * leaf.Value;
            changes.Add((leaf.Low[d], part));
            changes.Add((leaf.High[d], -part));
        }

        changes.Sort((a, b) => a.At.CompareTo(b.At));
        var (variance, marginal, from) = (0.0, 0.0, 0.0);
        foreach (var (at, by) in changes)
        {
            variance += (at - from) * (marginal - mean) * (marginal - mean);
            (marginal, from) = (marginal + by, at);
        }

        return variance;
    }

    // Of a leaf without one coordinate.
    private static double Volume(TreeLeaf leaf, int without)
    {
        var volume = 1.0;
        for (var d = 0; d < leaf.Low.Length; d++)
        {
            if (d != without)
                volume *= leaf.High[d] - leaf.Low[d];
        }

        return volume;
    }
}
