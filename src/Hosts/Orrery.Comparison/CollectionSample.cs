using Orrery.Client;
using Orrery.Import.Vectors;
using Orrery.Kernel;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;

namespace Orrery.Comparison;

/// <summary>The vectors of a collection, some of them kept apart as queries, with the true neighbours of each query among the others.</summary>
internal sealed class CollectionSample
{
    private CollectionSample(string distance, List<float[]> points, List<float[]> queries)
    {
        Distance = distance;
        Points = points;
        Queries = queries;
    }

    public string Distance { get; }

    /// <summary>The points; their positions are the ids that every system gets.</summary>
    public IReadOnlyList<float[]> Points { get; }

    public IReadOnlyList<float[]> Queries { get; }

    /// <summary>Reads the vectors of a collection. <paramref name="vector"/> names one of several.</summary>
    /// <exception cref="InvalidException">It has no such vector, or too few points.</exception>
    public static async Task<CollectionSample> ReadAsync(OrreryClient orrery, string collection, string? vector, ComparisonOptions options, CancellationToken cancellationToken)
    {
        var source = await CollectionVectors.OfAsync(orrery, collection, vector, withPayload: false, cancellationToken);
        var all = new List<float[]>();
        await foreach (var point in source.Points.WithCancellation(cancellationToken))
        {
            all.Add(point.Vector);
            if (all.Count >= options.MaxPoints + options.Queries)
                break;
        }

        var queries = Math.Min(options.Queries, all.Count / 10);
        if (queries == 0 || all.Count - queries < options.K)
            throw new InvalidException($"The collection '{collection}' has {all.Count} such vectors; at least {Math.Max(10, options.K + 2)} are needed, of which a tenth become queries.");
        new Random((int)(options.Seed % int.MaxValue)).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all));
        return new(source.Distance, all[queries..Math.Min(all.Count, queries + options.MaxPoints)], all[..queries]);
    }

    /// <summary>The ids of the k nearest points of each query, found by comparing all.</summary>
    public HashSet<long>[] TrueNeighbors(int k)
    {
        var dimension = Points[0].Length;
        var exact = new FlatIndex(dimension, Distance switch { "Cosine" => Metric.Cosine, "Dot" => Metric.Dot, "Euclid" => Metric.Euclidean, _ => Metric.Manhattan });
        for (var i = 0; i < Points.Count; i++)
            exact.Add(i, Points[i]);
        var flat = new float[Queries.Count * dimension];
        for (var i = 0; i < Queries.Count; i++)
            Queries[i].CopyTo(flat, i * dimension);
        return [.. exact.SearchMany(flat, k).Select(found => found.Select(neighbor => neighbor.Id).ToHashSet())];
    }
}
