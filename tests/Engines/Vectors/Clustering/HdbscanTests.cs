using System.Text.Json;
using Orrery.Statistics;
using Orrery.Vectors.Clustering;
using Orrery.Vectors.Distances;
using Xunit;

namespace Orrery.Vectors.Tests.Clustering;

public sealed class HdbscanTests
{
    [Fact]
    public void Clusters_and_strengths_are_those_of_scikit_learn()
    {
        foreach (var golden in DensityGolden.Cases("Hdbscan"))
        {
            var (values, dimension) = DensityGolden.Set(golden);
            var neighbors = golden.GetProperty("Neighbors");
            var found = Hdbscan.Find(values, dimension, DensityGolden.Metric(golden), new HdbscanOptions
            {
                LeastClusterSize = golden.GetProperty("Size").GetInt32(),
                LeastNeighbors = neighbors.ValueKind == JsonValueKind.Null ? null : neighbors.GetInt32(),
                Selection = golden.GetProperty("Selection").GetString() == "leaf" ? ClusterSelection.Leaves : ClusterSelection.ExcessOfMass,
                AllowsOneCluster = golden.GetProperty("One").GetBoolean(),
            }, TestContext.Current.CancellationToken);
            DensityGolden.Same(golden, found);
            var undecided = golden.GetProperty("Undecided").EnumerateArray().Select(i => i.GetInt32()).ToHashSet();
            foreach (var (i, (expected, strength)) in golden.GetProperty("Strengths").EnumerateArray().Zip(found.Strengths).Index())
                Assert.True(undecided.Contains(i) || Math.Abs(expected.GetDouble() - strength) < 1e-3, $"{golden.GetProperty("Set")}, vector {i}: {expected} and {strength}");
        }
    }

    [Fact]
    public void One_cloud_is_one_cluster_only_where_that_is_allowed()
    {
        var random = new SeededRandom(3);
        float[] cloud = [.. Enumerable.Range(0, 400).Select(_ => (float)random.NextGaussian())];
        var options = new HdbscanOptions { LeastClusterSize = 60, LeastNeighbors = 20 };
        Assert.Equal(0, Hdbscan.Find(cloud, 2, Metric.Euclidean, options, TestContext.Current.CancellationToken).Clusters);
        var found = Hdbscan.Find(cloud, 2, Metric.Euclidean, options with { AllowsOneCluster = true }, TestContext.Current.CancellationToken);
        Assert.Equal(1, found.Clusters);
        Assert.Contains(found.Labels, label => label == 0);
    }

    [Fact]
    public void Copies_of_a_few_vectors_are_a_cluster_each()
    {
        float[] copies = [.. Enumerable.Range(0, 60).SelectMany(i => new float[] { i % 3, 10 * (i % 3) })];
        var found = Hdbscan.Find(copies, 2, Metric.Euclidean, new HdbscanOptions { LeastClusterSize = 10 }, TestContext.Current.CancellationToken);
        Assert.Equal(3, found.Clusters);
        Assert.All(Enumerable.Range(0, 60), i => Assert.Equal(found.Labels[i % 3], found.Labels[i]));
        Assert.All(found.Strengths, strength => Assert.Equal(1, strength));
    }

    [Fact]
    public void What_cannot_be_clustered_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Hdbscan.Find([1, 2], 1, Metric.Euclidean, new HdbscanOptions { LeastClusterSize = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Hdbscan.Find([1, 2], 1, Metric.Euclidean, new HdbscanOptions { LeastNeighbors = 0 }));
        Assert.Contains("at least 5", Assert.Throws<ArgumentException>(() => Hdbscan.Find([1, 2], 1, Metric.Euclidean)).Message);
        Assert.Throws<ArgumentException>(() => Hdbscan.Find([1, 2, 3], 2, Metric.Euclidean));
        Assert.Throws<OperationCanceledException>(() => Hdbscan.Find([1, 2, 3, 4, 5, 6], 1, Metric.Euclidean, cancellationToken: new(canceled: true)));
        Assert.Equal([Clustered.Noise], Hdbscan.Find([1], 1, Metric.Euclidean, new HdbscanOptions { LeastNeighbors = 1 }, TestContext.Current.CancellationToken).Labels);
    }
}
