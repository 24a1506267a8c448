using Orrery.Vectors.Distances;
using Orrery.Vectors.Neighborhoods;

namespace Orrery.Vectors.Clustering;

/// <summary>
/// Clusters of any shape by density (Ester, Kriegel, Sander and Xu 1996): a vector with enough others within a radius is a core; cores within the radius of each other are of one cluster, what is within
/// the radius of a core belongs to it, and the rest is noise. Thread-safe: it keeps nothing.
/// </summary>
public static unsafe class Dbscan
{
    /// <summary>
    /// Finds clusters, numbered by their first core; what is near cores of several belongs to the lowest. O(n²·d) time, O(n) memory beside a copy of the vectors. A core has the strength 1, the border of a
    /// cluster 0.5.
    /// </summary>
    /// <param name="vectors">(vectors, dimension)</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="metric">How distance is measured: any but dot.</param>
    /// <param name="radius">How near a neighbour is at most (the paper's ε): at least 0.</param>
    /// <param name="leastNeighbors">How many vectors within the radius make a core (the paper's MinPts), itself among them: at least 1, default 5.</param>
    /// <param name="cancellationToken">Ends it between two tiles of 32 vectors.</param>
    /// <exception cref="ArgumentException">The metric is dot, or these are no whole vectors that an index could hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The radius is negative or NaN, or a number below 1.</exception>
    public static Clustered Find(
        ReadOnlySpan<float> vectors, int dimension, Metric metric, double radius, int leastNeighbors = 5, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(leastNeighbors);
        if (!(radius >= 0))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "Expected a radius of at least 0.");
        var rows = VectorRows.Accept(vectors, dimension, metric);
        var bound = (float)VectorRows.Inward(metric, radius);
        var all = Enumerable.Range(0, rows.Count).ToArray();

        var counting = new Counting(bound, new int[rows.Count]);
        Scan(rows, all, ref counting, cancellationToken);
        var cores = Array.FindAll(all, row => counting.Counts[row] >= leastNeighbors);
        var isCore = new bool[rows.Count];
        Array.ForEach(cores, row => isCore[row] = true);

        var joining = new Joining(bound, isCore, new DisjointSets(rows.Count));
        Scan(rows, cores, ref joining, cancellationToken);
        var (labels, clusters) = Number(cores, joining.Sets, rows.Count);

        var reaching = new Reaching(bound, isCore, labels);
        Scan(rows, Array.FindAll(all, row => !isCore[row]), ref reaching, cancellationToken);
        return new Clustered(labels, clusters, [.. labels.Select((label, row) => label == Clustered.Noise ? 0 : isCore[row] ? 1 : 0.5f)]);
    }

    private static (int[] Labels, int Clusters) Number(int[] cores, DisjointSets sets, int count)
    {
        var (labels, numbers) = (new int[count], new Dictionary<int, int>());
        Array.Fill(labels, Clustered.Noise);
        foreach (var core in cores)
        {
            var set = sets.Find(core);
            if (!numbers.TryGetValue(set, out var number))
                numbers.Add(set, number = numbers.Count);
            labels[core] = number;
        }

        return (labels, numbers.Count);
    }

    private static void Scan<TVisitor>(VectorRows rows, int[] queries, ref TVisitor visitor, CancellationToken cancellationToken)
        where TVisitor : struct, IQueryVisitor
    {
        for (var first = 0; first < queries.Length; first += TileKernel.Lanes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var tile = queries.AsMemory(first, Math.Min(TileKernel.Lanes, queries.Length - first));
            visitor.Queries = tile;
            TileScan.Run(rows, tile.Span, 0, ref visitor);
        }
    }

    private interface IQueryVisitor : ITileVisitor
    {
        ReadOnlyMemory<int> Queries { set; }
    }

    /// <summary>How many are within the radius of each.</summary>
    private struct Counting(float bound, int[] counts) : IQueryVisitor
    {
        public readonly int[] Counts => counts;

        public ReadOnlyMemory<int> Queries { private get; set; }

        public readonly void Visit(int row, float* ranks)
        {
            var queries = Queries.Span;
            for (var lane = 0; lane < queries.Length; lane++)
                counts[queries[lane]] += ranks[lane] <= bound || queries[lane] == row ? 1 : 0; // itself always, however it was rounded
        }
    }

    /// <summary>Joins cores that are within the radius of each other.</summary>
    private struct Joining(float bound, bool[] isCore, DisjointSets sets) : IQueryVisitor
    {
        public readonly DisjointSets Sets => sets;

        public ReadOnlyMemory<int> Queries { private get; set; }

        public readonly void Visit(int row, float* ranks)
        {
            if (!isCore[row])
                return;
            var queries = Queries.Span;
            for (var lane = 0; lane < queries.Length; lane++)
            {
                if (ranks[lane] <= bound)
                    sets.Join(queries[lane], row);
            }
        }
    }

    /// <summary>Gives what is no core the lowest cluster of the cores around it.</summary>
    private struct Reaching(float bound, bool[] isCore, int[] labels) : IQueryVisitor
    {
        public ReadOnlyMemory<int> Queries { private get; set; }

        public readonly void Visit(int row, float* ranks)
        {
            if (!isCore[row])
                return;
            var queries = Queries.Span;
            for (var lane = 0; lane < queries.Length; lane++)
            {
                ref var label = ref labels[queries[lane]];
                if (ranks[lane] <= bound && (label == Clustered.Noise || labels[row] < label))
                    label = labels[row];
            }
        }
    }
}
