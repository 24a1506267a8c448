using Orrery.Statistics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;
using Orrery.Vectors.Hnsw;
using Xunit;

namespace Orrery.Vectors.Tests.Hnsw;

/// <summary>Gaussian clouds around random centres, with queries from the same clouds, and the exact answer beside them.</summary>
internal sealed class Clusters
{
    public const int Dimension = 64;
    public const int K = 10;

    private readonly float[][] _centres;
    private readonly SeededRandom _random;

    public Clusters(int points, int queries, Metric metric, ulong seed, int clusters = 100)
    {
        _random = new SeededRandom(seed);
        _centres = [.. Enumerable.Range(0, clusters).Select(_ => Gaussian(new float[Dimension], 1))];
        Points = [.. Enumerable.Range(0, points).Select(_ => Point())];
        Queries = [.. Enumerable.Range(0, queries).Select(_ => Point())];
        Exact = new FlatIndex(Dimension, metric);
        for (var i = 0; i < points; i++)
            Exact.Add(i, Points[i]);
    }

    public float[][] Points { get; }

    public float[][] Queries { get; }

    public FlatIndex Exact { get; }

    public HnswIndex Build(IEnumerable<int> ids, ulong seed = 1)
    {
        var index = new HnswIndex(Dimension, Exact.Metric, new HnswOptions { EfConstruction = 100, Seed = seed });
        foreach (var id in ids)
            index.Add(id, Points[id]);
        return index;
    }

    public HnswIndex Build() => Build(Enumerable.Range(0, Points.Length));

    /// <summary>The part of the exact ten nearest, among those that the filter lets through, that the index finds.</summary>
    public double Recall(HnswIndex index, int ef, Predicate<long>? filter = null) => Recall(index, new HnswSearchOptions { Ef = ef, Filter = filter });

    /// <inheritdoc cref="Recall(HnswIndex, int, Predicate{long})"/>
    public double Recall(HnswIndex index, HnswSearchOptions options) => Recall(
        id => (options.Filter is null || options.Filter(id)) && (options.Allowed is null || options.Allowed.Contains(id)), query => index.Search(query, K, options));

    /// <summary>The part of the exact ten nearest, among those that the filter lets through, that a search finds.</summary>
    public double Recall(Predicate<long> filter, Func<float[], Neighbor[]> search)
    {
        var (hits, all) = (0, 0);
        foreach (var query in Queries)
        {
            var exact = Exact.Search(query, K, filter).Select(n => n.Id).ToHashSet();
            var found = search(query);
            Assert.All(found, n => Assert.True(filter(n.Id)));
            hits += found.Count(n => exact.Contains(n.Id));
            all += exact.Count;
        }

        return (double)hits / all;
    }

    private float[] Point() => Gaussian([.. _centres[_random.NextInt(_centres.Length)]], 0.5);

    private float[] Gaussian(float[] around, double deviation)
    {
        for (var i = 0; i < around.Length; i++)
            around[i] += (float)(deviation * _random.NextGaussian());
        return around;
    }
}
