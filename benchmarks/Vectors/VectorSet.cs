using System.Runtime.InteropServices;
using Orrery.Statistics;
using Orrery.Vectors;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;

namespace Orrery.Benchmarks.Vectors;

/// <summary>Points, queries that are not among them, and the exact answers.</summary>
/// <param name="Name">Of the source.</param>
/// <param name="Metric">How vectors are compared.</param>
/// <param name="Dimension">Components of a vector.</param>
/// <param name="Points">(points, dimension); of length 1 under cosine, so that a peer may take the inner product.</param>
/// <param name="Queries">(queries, dimension)</param>
/// <param name="Truth">(queries, k): the nearest, in any order.</param>
internal sealed record VectorSet(string Name, Metric Metric, int Dimension, float[] Points, float[] Queries, int[] Truth)
{
    public const int K = 10;

    private const int Asked = 1_000;
    private const int QuickPoints = 20_000;

    public int Count => Points.Length / Dimension;

    public int QueryCount => Queries.Length / Dimension;

    public string PointFile { get; private set; } = "";

    public string QueryFile { get; private set; } = "";

    public string TruthFile { get; private set; } = "";

    public ReadOnlySpan<float> Point(int i) => Points.AsSpan(i * Dimension, Dimension);

    public ReadOnlySpan<float> Query(int i) => Queries.AsSpan(i * Dimension, Dimension);

    /// <summary>Reads a source, and takes every so many-th vector for a query.</summary>
    public static VectorSet Read(VectorSource source, bool quick)
    {
        var all = source.Read(source.Path);
        var dimension = source.Dimension;
        var count = quick ? Math.Min(QuickPoints, all.Length / dimension) : all.Length / dimension;
        // Files are often in an order, words by frequency here, so both are drawn.
        var order = Enumerable.Range(0, all.Length / dimension).ToArray();
        var random = new SeededRandom(1);
        for (var i = order.Length - 1; i > 0; i--)
        {
            var other = random.NextInt(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }

        float[] Take(IEnumerable<int> chosen) => [.. chosen.SelectMany(i => Unit(source.Metric, all.AsSpan(i * dimension, dimension)))];
        var queries = Take(order.Take(Asked));
        var points = Take(order.Take(count).Skip(Asked).Order());
        return new(source.Name, source.Metric, dimension, points, queries, Exact(source.Metric, dimension, points, queries, null));
    }

    /// <summary>Writes what peers read.</summary>
    public void WriteFor(Workspace workspace)
    {
        (PointFile, QueryFile, TruthFile) = (workspace.File(Name + ".points"), workspace.File(Name + ".queries"), workspace.File(Name + ".truth"));
        Write(PointFile, MemoryMarshal.AsBytes(Points.AsSpan()));
        Write(QueryFile, MemoryMarshal.AsBytes(Queries.AsSpan()));
        Write(TruthFile, MemoryMarshal.AsBytes(Truth.AsSpan()));
    }

    /// <summary>The exact answers among points that pass a filter; −1 where there are fewer.</summary>
    public static int[] Exact(Metric metric, int dimension, float[] points, float[] queries, Predicate<long>? filter)
    {
        var flat = new FlatIndex(dimension, metric);
        for (var i = 0; i < points.Length / dimension; i++)
        {
            if (filter is null || filter(i))
                flat.Add(i, points.AsSpan(i * dimension, dimension));
        }

        return [.. flat.SearchMany(queries, K).SelectMany(found => found.Select(n => (int)n.Id).Concat(Enumerable.Repeat(-1, K - found.Length)))];
    }

    /// <summary>How many of the right answers of a query are among those found.</summary>
    public static int Hits(ReadOnlySpan<int> truth, ReadOnlySpan<Neighbor> found)
    {
        var hits = 0;
        foreach (var neighbor in found)
            hits += truth.Contains((int)neighbor.Id) ? 1 : 0;
        return hits;
    }

    private static float[] Unit(Metric metric, ReadOnlySpan<float> vector)
    {
        var kept = vector.ToArray();
        if (metric is not Metric.Cosine)
            return kept;
        var length = MathF.Sqrt(Distance.Dot<float>(kept, kept));
        return Array.ConvertAll(kept, component => component / length);
    }

    private static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = File.Create(path);
        file.Write(bytes);
    }
}
