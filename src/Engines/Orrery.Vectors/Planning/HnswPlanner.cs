using System.Numerics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;
using Orrery.Vectors.Hnsw;

namespace Orrery.Vectors.Planning;

/// <summary>
/// Finds how to build an index that reaches a recall, and says before it is built what it will cost. Graphs of 8, 16 and 32 links are built over the sample, each in four steps of twice the points; after each step the
/// fewest candidates that reach the recall are looked for. How they and the time grow with the points is continued to the count that the index will have, and the graph that is then fastest is taken.
/// </summary>
/// <remarks>
/// Costs about (links tried) × (building over the sample): seconds for 16,384 vectors, beyond which a sample is cut. A prediction over a hundred times the sample is a guess; <see cref="Calibrate"/> measures the index
/// that was built. The queries are part of the sample; where real queries differ from the points, put some of them first.
/// </remarks>
public static class HnswPlanner
{
    /// <summary>Vectors of a sample that are used.</summary>
    public const int MaxSample = 16_384;

    private const int Steps = 4;
    private const int EfConstruction = 200;

    /// <summary>The least ef that reaches a recall is known to a twelfth: a step between two that are tried.</summary>
    private const double EfStep = 1.12;

    /// <summary>
    /// The fewest candidates grow at least with this power of the points. Small parts of a sample reach the recall with k candidates and say nothing of how they grow; over clouds of points and over GloVe's words
    /// this floor held where the fit alone promised too much.
    /// </summary>
    private const double LeastGrowth = 0.25;

    private static readonly int[] Links = [8, 16, 32];

    /// <summary>Plans an index.</summary>
    /// <param name="sample">Vectors as they will be added, row by row; the first become queries. Drawn at random, not the first of the data.</param>
    /// <param name="dimension">Components of each.</param>
    /// <param name="metric">How they are compared.</param>
    /// <param name="goal">What is to be reached.</param>
    /// <param name="clock">The time since some moment, as a running stopwatch tells it: measures the searches.</param>
    /// <param name="cancellationToken">Looked at between two searches.</param>
    /// <exception cref="ArgumentException">The sample is no whole number of rows, or has fewer than 200 more points than the goal's k.</exception>
    /// <exception cref="InvalidOperationException">No graph that fits into the memory reaches the recall; the message says which comes nearest.</exception>
    public static HnswPlan Plan(ReadOnlySpan<float> sample, int dimension, Metric metric, HnswGoal goal, Func<TimeSpan> clock, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(goal);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        goal.Validate();
        if (sample.Length % dimension != 0)
            throw new ArgumentException($"{sample.Length} numbers are no whole number of vectors of {dimension} components.", nameof(sample));
        var rows = Math.Min(MaxSample, sample.Length / dimension);
        var queries = Math.Min(goal.Queries, rows / 5);
        var points = rows - queries;
        if (points < goal.K + 200)
            throw new ArgumentException($"A sample of {rows} vectors is too small: at least {(goal.K + 200) * 5 / 4} are needed.", nameof(sample));

        var candidates = new List<HnswPlan>();
        var least = long.MaxValue;
        foreach (var m in Links)
        {
            var bytes = Bytes(goal.Count, dimension, m);
            least = Math.Min(least, bytes);
            if (bytes <= (goal.MaxBytes ?? long.MaxValue) && Try(sample[..(rows * dimension)], queries, dimension, metric, m, goal, clock, cancellationToken) is { } plan)
                candidates.Add(plan);
        }

        if (least > goal.MaxBytes)
            throw new InvalidOperationException($"{goal.Count} vectors of {dimension} components take at least {least} bytes in a graph, more than the {goal.MaxBytes} allowed. Codes of 8 bits (ScalarQuantizer) or an IvfIndex with subspaces take less.");
        return candidates.MinBy(plan => plan.Latency)
            ?? throw new InvalidOperationException($"No graph of {Links[0]} to {Links[^1]} links finds {goal.Recall:0.###} of the {goal.K} nearest with fewer candidates than there are points. A FlatIndex finds all.");
    }

    /// <summary>The fewest candidates that reach the goal's recall on an index that is built, over queries given row by row: what a plan promises, measured. Costs a scan of all points for the queries.</summary>
    /// <param name="index">The index; not changed meanwhile.</param>
    /// <param name="exact">The same points under the same ids.</param>
    /// <param name="queries">Vectors to search for.</param>
    /// <param name="goal">The recall and k.</param>
    /// <param name="clock">The time since some moment, as a running stopwatch tells it: measures the searches.</param>
    /// <param name="cancellationToken">Looked at between two widths.</param>
    /// <returns>Null where even as many candidates as there are points do not reach it.</returns>
    public static HnswTrial? Calibrate(HnswIndex index, FlatIndex exact, ReadOnlySpan<float> queries, HnswGoal goal, Func<TimeSpan> clock, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(exact);
        ArgumentNullException.ThrowIfNull(goal);
        ArgumentNullException.ThrowIfNull(clock);
        goal.Validate();
        return FewestCandidates(index, exact, queries, goal, clock, cancellationToken);
    }

    /// <summary>What an index of so many vectors takes, in bytes: vectors, links, ids and the table that finds them.</summary>
    public static long Bytes(long count, int dimension, int m)
    {
        var row = ((long)dimension * sizeof(float)) + ((2 * m) + 1) * sizeof(int) + (2 * sizeof(long)) + sizeof(sbyte) + sizeof(bool);
        // A point has 1 ⁄ (m − 1) layers above the lowest, on average.
        var upper = count / (double)(m - 1) * (m + 1) * sizeof(int);
        return (count * row) + (long)upper + ((long)BitOperations.RoundUpToPowerOf2((ulong)count * 3 / 2 + 2) * sizeof(int));
    }

    private static HnswPlan? Try(ReadOnlySpan<float> sample, int queries, int dimension, Metric metric, int m, HnswGoal goal, Func<TimeSpan> clock, CancellationToken cancellationToken)
    {
        var points = (sample.Length / dimension) - queries;
        var options = new HnswOptions { M = m, EfConstruction = EfConstruction, Capacity = points, Seed = goal.Seed };
        var (graph, exact) = (new HnswIndex(dimension, metric, options), new FlatIndex(dimension, metric));
        var trials = new List<HnswTrial>();
        var builds = new List<(double Count, double Seconds)>();
        var built = 0.0;
        for (var (step, added) = (Steps - 1, 0); step >= 0; step--)
        {
            var began = clock();
            for (var until = points >> step; added < until; added++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                graph.Add(added, sample.Slice((queries + added) * dimension, dimension));
            }

            builds.Add((added, built += (clock() - began).TotalSeconds));
            for (var i = exact.Count; i < added; i++)
                exact.Add(i, sample.Slice((queries + i) * dimension, dimension));
            if (FewestCandidates(graph, exact, sample[..(queries * dimension)], goal, clock, cancellationToken) is not { } trial)
                return null;
            trials.Add(trial);
        }

        // Where k candidates do, fewer might have done: only the last such step says something.
        var telling = trials.SkipWhile((trial, i) => trial.Ef <= goal.K && i < trials.Count - 1).Select(trial => ((double)trial.Count, (double)trial.Ef)).ToList();
        var ef = PowerLaw.Fit(telling, LeastGrowth).At(goal.Count);
        var perCandidate = PowerLaw.Fit([.. trials.Select(trial => ((double)trial.Count, Math.Max(1e-9, trial.Latency.TotalSeconds / trial.Ef)))], 0).At(goal.Count);
        // Each point is searched for as it comes: the time of one grows as a search does.
        var each = PowerLaw.Fit([.. builds.Select(build => (build.Count, Math.Max(1e-12, build.Seconds / build.Count)))], 0).At(goal.Count);
        return new(
            options with { Capacity = (int)Math.Min(goal.Count, int.MaxValue) }, (int)Math.Ceiling(Math.Max(goal.K, ef)), Bytes(goal.Count, dimension, m),
            TimeSpan.FromSeconds(perCandidate * Math.Max(goal.K, ef)), TimeSpan.FromSeconds(Math.Min(each * goal.Count, TimeSpan.MaxValue.TotalSeconds / 2)), trials);
    }

    /// <summary>Null where even as many candidates as there are points do not reach the recall.</summary>
    private static HnswTrial? FewestCandidates(HnswIndex graph, FlatIndex exact, ReadOnlySpan<float> queries, HnswGoal goal, Func<TimeSpan> clock, CancellationToken cancellationToken)
    {
        var truth = exact.SearchMany(queries, goal.K);
        // Recall grows with the candidates but for noise: the first step that reaches it, looked for by halves.
        var last = (int)Math.Ceiling(Math.Log((double)graph.Count / goal.K) / Math.Log(EfStep));
        var (low, high) = (0, last + 1);
        HnswTrial? best = null;
        while (low < high)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var middle = (low + high) / 2;
            var ef = (int)Math.Ceiling(goal.K * Math.Pow(EfStep, middle));
            var (recall, latency) = Measure(graph, truth, queries, ef, goal.K, clock);
            if (recall >= goal.Recall)
                (high, best) = (middle, new(graph.Options.M, graph.Count, ef, recall, latency));
            else
                low = middle + 1;
        }

        return best;
    }

    private static (double Recall, TimeSpan Latency) Measure(HnswIndex graph, Neighbor[][] truth, ReadOnlySpan<float> queries, int ef, int k, Func<TimeSpan> clock)
    {
        var found = new Neighbor[truth.Length * k];
        var counts = new int[truth.Length];
        var began = clock();
        for (var i = 0; i < truth.Length; i++)
            counts[i] = graph.Search(queries.Slice(i * graph.Dimension, graph.Dimension), found.AsSpan(i * k, k), ef);
        var elapsed = (clock() - began) / truth.Length;
        var (hits, all) = (0, 0);
        for (var i = 0; i < truth.Length; i++)
        {
            var nearest = truth[i].Select(neighbor => neighbor.Id).ToHashSet();
            all += nearest.Count;
            for (var j = 0; j < counts[i]; j++)
                hits += nearest.Contains(found[(i * k) + j].Id) ? 1 : 0;
        }

        return ((double)hits / all, elapsed);
    }
}
