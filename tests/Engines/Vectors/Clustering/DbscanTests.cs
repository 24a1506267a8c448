using CsCheck;
using Orrery.Vectors.Clustering;
using Orrery.Vectors.Distances;
using Xunit;

namespace Orrery.Vectors.Tests.Clustering;

public sealed class DbscanTests
{
    [Fact]
    public void Clusters_are_those_of_scikit_learn_by_the_same_numbers()
    {
        foreach (var golden in DensityGolden.Cases("Dbscan"))
        {
            var (values, dimension) = DensityGolden.Set(golden);
            var found = Dbscan.Find(values, dimension, DensityGolden.Metric(golden), golden.GetProperty("Radius").GetDouble(), golden.GetProperty("Neighbors").GetInt32(), TestContext.Current.CancellationToken);
            DensityGolden.Same(golden, found);
            Assert.Equal(golden.GetProperty("Labels").EnumerateArray().Select(label => label.GetInt32()), found.Labels);
        }
    }

    /// <summary>The definition itself (Ester et al. 1996, definitions 1 to 6): cores by counting, clusters by flooding.</summary>
    [Fact]
    public void Clusters_are_what_the_definition_says() => Gen.Select(Gen.Float[-4, 4].Array[0, 240], Gen.Double[0, 1.5], Gen.Int[1, 6]).Sample((numbers, radius, least) =>
    {
        var vectors = numbers[..(numbers.Length / 2 * 2)];
        var count = vectors.Length / 2;
        var near = Enumerable.Range(0, count).Select(i => Enumerable.Range(0, count)
            .Where(j => i == j || Distance.SquaredEuclidean<float>(vectors.AsSpan(2 * i, 2), vectors.AsSpan(2 * j, 2)) <= (float)(radius * radius)).ToList()).ToList();
        var expected = Enumerable.Repeat(Clustered.Noise, count).ToArray();
        var clusters = 0;
        for (var i = 0; i < count; i++)
        {
            if (expected[i] != Clustered.Noise || near[i].Count < least)
                continue;
            var waiting = new Stack<int>([i]);
            while (waiting.TryPop(out var next))
            {
                if (expected[next] != Clustered.Noise)
                    continue;
                expected[next] = clusters;
                if (near[next].Count >= least)
                    near[next].ForEach(waiting.Push);
            }

            clusters++;
        }

        var found = Dbscan.Find(vectors, 2, Metric.Euclidean, radius, least);
        Assert.Equal(expected, found.Labels);
        Assert.Equal(clusters, found.Clusters);
        Assert.All(found.Strengths.Zip(found.Labels).Index(), one => Assert.Equal(
            one.Item.Second == Clustered.Noise ? 0 : near[one.Index].Count >= least ? 1 : 0.5f, one.Item.First));
    }, iter: 200);

    [Fact]
    public void Equal_vectors_are_within_no_radius_at_all_of_each_other_and_of_themselves()
    {
        // Under cosine a unit vector's product with itself is not exactly 1 in float32.
        var found = Dbscan.Find([0.3f, 0.7f, 0.9f, 5, 1, 0], 3, Metric.Cosine, 0, leastNeighbors: 1, TestContext.Current.CancellationToken);
        Assert.Equal([0, 1], found.Labels);
    }

    [Fact]
    public void What_cannot_be_clustered_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Dbscan.Find([1, 2], 1, Metric.Euclidean, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dbscan.Find([1, 2], 1, Metric.Euclidean, 1, 0));
        Assert.Throws<ArgumentException>(() => Dbscan.Find([1, 2, 3], 2, Metric.Euclidean, 1));
        Assert.Contains("Use cosine", Assert.Throws<ArgumentException>(() => Dbscan.Find([1, 2], 2, Metric.Dot, 1)).Message);
        Assert.Throws<ArgumentException>(() => Dbscan.Find([1, float.NaN], 1, Metric.Euclidean, 1));
        Assert.Throws<ArgumentException>(() => Dbscan.Find([0, 0], 2, Metric.Cosine, 1));
        Assert.Throws<OperationCanceledException>(() => Dbscan.Find([1, 2], 1, Metric.Euclidean, 1, cancellationToken: new(canceled: true)));
        Assert.Empty(Dbscan.Find([], 3, Metric.Euclidean, 1, cancellationToken: TestContext.Current.CancellationToken).Labels);
    }
}
