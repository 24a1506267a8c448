using Orrery.Vectors.Distances;
using Orrery.Vectors.Neighborhoods;

namespace Orrery.Vectors.NearDuplicates;

/// <summary>What is nearly the same.</summary>
/// <param name="Members">Positions, ascending: the first is as good as any to keep.</param>
public sealed record DuplicateGroup(IReadOnlyList<int> Members);

/// <summary>
/// Groups of near duplicates among vectors, texts or sets: whatever is near enough to one member of a group belongs to it, so the ends of a long chain may differ more. Groups are ordered by their first
/// member, and hold at least two. Thread-safe: it keeps nothing.
/// </summary>
public static unsafe class DuplicateFinder
{
    // A minute on one core at 100 components.
    private const int MostCompared = 100_000;

    private const int NeighborsOfMany = 16;

    /// <summary>
    /// Groups of vectors within a distance of each other. Exact up to 100,000 vectors, O(n²·d); above, by the 16 nearest neighbours that a graph finds for each, O(n·log n·d), so that of more than 16 equal
    /// vectors some links are not seen, and the group may fall apart.
    /// </summary>
    /// <param name="vectors">(vectors, dimension)</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="metric">How distance is measured: any but dot.</param>
    /// <param name="distance">How far apart duplicates are at most: at least 0. 0.05 under cosine is an angle of 18°.</param>
    /// <param name="cancellationToken">Ends it between two tiles of 32 vectors.</param>
    /// <exception cref="ArgumentException">The metric is dot, or these are no whole vectors that an index could hold.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The distance is negative or NaN.</exception>
    public static IReadOnlyList<DuplicateGroup> OfVectors(ReadOnlySpan<float> vectors, int dimension, Metric metric, double distance, CancellationToken cancellationToken = default)
    {
        if (!(distance >= 0))
            throw new ArgumentOutOfRangeException(nameof(distance), distance, "Expected a distance of at least 0.");
        var rows = VectorRows.Accept(vectors, dimension, metric);
        var sets = new DisjointSets(rows.Count);
        if (rows.Count <= MostCompared)
            CompareAll(rows, distance, sets, cancellationToken);
        else
            CompareNeighbors(rows, distance, sets, cancellationToken);
        return Groups(sets, rows.Count);
    }

    /// <summary>Groups of texts that have at least so much of their runs of words in common, by MinHash signatures: O(n·hashes), and some pairs near the bound are missed or taken by chance.</summary>
    /// <param name="texts">Any; those without a word are left out.</param>
    /// <param name="similarity">The least Jaccard similarity of their shingles, in (0, 1].</param>
    /// <param name="words">Words of a run: see <see cref="Shingles.Of"/>.</param>
    /// <param name="hashes">Entries of a signature: at least 1, default 128.</param>
    /// <param name="cancellationToken">Ends it between two texts.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static IReadOnlyList<DuplicateGroup> OfTexts(IReadOnlyList<string> texts, double similarity, int words = 3, int hashes = 128, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return OfSets([.. texts.Select(text => Shingles.Of(text, words))], similarity, hashes, cancellationToken);
    }

    /// <summary>Groups of sets of hashed items: see <see cref="OfTexts"/>. Empty sets are left out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static IReadOnlyList<DuplicateGroup> OfSets(IReadOnlyList<ulong[]> sets, double similarity, int hashes = 128, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sets);
        var (index, groups) = (new MinHashIndex(similarity, hashes), new DisjointSets(sets.Count));
        for (var i = 0; i < sets.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (sets[i].Length == 0)
                continue;
            foreach (var found in index.Search(sets[i]))
                groups.Join((int)found.Id, i);
            index.Add(i, sets[i]);
        }

        return Groups(groups, sets.Count);
    }

    private static void CompareAll(VectorRows rows, double distance, DisjointSets sets, CancellationToken cancellationToken)
    {
        var bound = (float)VectorRows.Inward(rows.Space.Metric, distance);
        // Under cosine a rank is about −1, and a float32 step there is worth 6e-8.
        if (rows.Space.Metric is Metric.Cosine)
            bound += 2e-7f;
        Span<int> queries = stackalloc int[TileKernel.Lanes];
        for (var first = 0; first < rows.Count; first += TileKernel.Lanes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var lanes = Math.Min(TileKernel.Lanes, rows.Count - first);
            for (var lane = 0; lane < lanes; lane++)
                queries[lane] = first + lane;
            var joining = new Joining(bound, first, lanes, sets);
            // What stands before was compared with these already.
            TileScan.Run(rows, queries[..lanes], first, ref joining);
        }
    }

    private static void CompareNeighbors(VectorRows rows, double distance, DisjointSets sets, CancellationToken cancellationToken)
    {
        var graph = NeighborGraph.Find(rows, NeighborsOfMany, cancellationToken);
        for (var row = 0; row < rows.Count; row++)
        {
            for (var i = 0; i < NeighborsOfMany && graph.DistancesOf(row)[i] <= distance; i++)
                sets.Join(row, graph.Of(row)[i]);
        }
    }

    private static DuplicateGroup[] Groups(DisjointSets sets, int count) =>
        [.. Enumerable.Range(0, count).GroupBy(sets.Find).Where(group => group.Skip(1).Any()).Select(group => new DuplicateGroup([.. group])).OrderBy(group => group.Members[0])];

    private readonly struct Joining(float bound, int first, int lanes, DisjointSets sets) : ITileVisitor
    {
        public void Visit(int row, float* ranks)
        {
            for (var lane = 0; lane < lanes; lane++)
            {
                if (ranks[lane] <= bound && first + lane != row)
                    sets.Join(first + lane, row);
            }
        }
    }
}
