using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Tests.Hnsw;
using Orrery.Vectors.Vamana;
using Xunit;

namespace Orrery.Vectors.Tests.Vamana;

public sealed class VamanaIndexTests : IDisposable
{
    private readonly VamanaFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Named recall floors: ten neighbours of 1,200 points in 100 clouds, by codes of 16 bytes.</summary>
    [Theory]
    [InlineData(Metric.Euclidean, 0.97)]
    [InlineData(Metric.Cosine, 0.97)]
    [InlineData(Metric.Manhattan, 0.95)]
    public async Task Recall_at_ten_of_clustered_points(Metric metric, double floor)
    {
        var data = new Clusters(1_200, 50, metric, seed: 41);
        var index = _folder.Open(await VamanaFolder.WriteAsync(data));
        Assert.Equal((1_200, Clusters.Dimension, metric), (index.Count, index.Dimension, index.Metric));
        var recall = data.Recall(_ => true, query => index.Search(query, Clusters.K, new VamanaSearchOptions()));
        Assert.True(recall >= floor, $"recall {recall}");
    }

    [Fact]
    public async Task Distances_are_those_of_the_vectors_and_not_of_the_codes()
    {
        var data = new Clusters(500, 20, Metric.Cosine, seed: 42);
        var index = _folder.Open(await VamanaFolder.WriteAsync(data));
        foreach (var query in data.Queries)
        {
            var exact = data.Exact.Search(query, 500).ToDictionary(n => n.Id, n => n.Distance);
            Assert.All(index.Search(query, 10, new VamanaSearchOptions()), n => Assert.Equal(exact[n.Id], n.Distance, 1e-5));
        }
    }

    /// <summary>Every point can be reached: a breadth of all of them is an exact search.</summary>
    [Fact]
    public async Task A_search_as_wide_as_the_index_finds_everything()
    {
        var data = new Clusters(600, 10, Metric.Euclidean, seed: 43);
        var index = _folder.Open(await VamanaFolder.WriteAsync(data));
        foreach (var query in data.Queries)
            Assert.Equal(data.Exact.Search(query, 600).Select(n => n.Id), index.Search(query, 600, new VamanaSearchOptions()).Select(n => n.Id));
    }

    [Theory]
    [InlineData(50, 1)] // compared one by one
    [InlineData(5, 0.9)]
    [InlineData(2, 0.95)]
    public async Task What_may_not_be_found_is_not(int everyOther, double floor)
    {
        var data = new Clusters(1_000, 40, Metric.Euclidean, seed: 44);
        var index = _folder.Open(await VamanaFolder.WriteAsync(data));
        var allowed = new IdSet(Enumerable.Range(0, 1_000).Where(id => id % everyOther == 0).Select(id => (long)id));
        var recall = data.Recall(allowed.Contains, query => index.Search(query, Clusters.K, new VamanaSearchOptions { Breadth = 200, Allowed = allowed }));
        Assert.True(recall >= floor, $"recall {recall}");
    }

    [Fact]
    public async Task Vectors_in_a_mapped_file_make_the_same_bytes_as_those_in_memory()
    {
        var data = new Clusters(300, 1, Metric.Euclidean, seed: 45);
        var path = _folder.Keep([1, 2, 3, 4, 5, 6, 7, 8, .. MemoryMarshal.AsBytes<float>(data.Points.SelectMany(p => p).ToArray())]);
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        using var stream = new MemoryStream();
        await VamanaIndex.WriteAsync(stream, view, 8, 300, Clusters.Dimension, Metric.Euclidean, VamanaFolder.Options, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(await VamanaFolder.WriteAsync(data), stream.ToArray());
        await Assert.ThrowsAsync<ArgumentException>(() => VamanaIndex.WriteAsync(stream, view, 8, 100_000, Clusters.Dimension, Metric.Euclidean, cancellationToken: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentException>(() => VamanaIndex.WriteAsync(stream, view, 7, 200, Clusters.Dimension, Metric.Euclidean, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(3, 1)] // several nodes a page
    [InlineData(1_100, 40)] // a node is larger than a page
    public async Task Nodes_of_any_size_are_found_again_under_their_ids(int dimension, int count)
    {
        var random = new Orrery.Statistics.SeededRandom(6);
        float[] vectors = [.. Enumerable.Range(0, dimension * count).Select(_ => (float)random.NextGaussian())];
        long[] ids = [.. Enumerable.Range(0, count).Select(i => 1_000_000_007L * i)];
        using var stream = new MemoryStream();
        await VamanaIndex.WriteAsync(stream, vectors, dimension, Metric.Euclidean, new VamanaOptions { Subspaces = 1 }, ids, TestContext.Current.CancellationToken);
        var index = _folder.Open(stream.ToArray());
        for (var i = 0; i < count; i++)
            Assert.Equal(new Neighbor(ids[i], 0), index.Search(vectors.AsSpan(i * dimension, dimension), 1, new VamanaSearchOptions()).Single());
    }

    [Fact]
    public async Task Searches_side_by_side_find_what_they_find_alone()
    {
        var data = new Clusters(400, 64, Metric.Cosine, seed: 46);
        var index = _folder.Open(await VamanaFolder.WriteAsync(data));
        var alone = data.Queries.Select(query => index.Search(query, 10, new VamanaSearchOptions())).ToArray();
        Parallel.For(0, 4 * 64, i => Assert.Equal(alone[i % 64], index.Search(data.Queries[i % 64], 10, new VamanaSearchOptions())));
    }

    [Fact]
    public async Task What_cannot_be_in_the_index_is_refused()
    {
        var stream = Stream.Null;
        Task Write(float[] vectors, Metric metric, VamanaOptions? options = null, long[]? ids = null) => VamanaIndex.WriteAsync(stream, vectors, 2, metric, options, ids, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ArgumentException>(() => Write([], Metric.Euclidean));
        await Assert.ThrowsAsync<ArgumentException>(() => Write([1, 2, 3], Metric.Euclidean));
        await Assert.ThrowsAsync<ArgumentException>(() => Write([1, float.NaN], Metric.Euclidean));
        await Assert.ThrowsAsync<ArgumentException>(() => Write([0, 0], Metric.Cosine));
        await Assert.ThrowsAsync<ArgumentException>(() => Write([1, 2], Metric.Dot));
        await Assert.ThrowsAsync<ArgumentException>(() => Write([1, 2, 3, 4], Metric.Euclidean, ids: [1]));
        await Assert.ThrowsAsync<ArgumentException>(() => Write([1, 2, 3, 4], Metric.Euclidean, ids: [1, 1]));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Write([1, 2], Metric.Euclidean, new VamanaOptions { MostLinks = 2 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Write([1, 2], Metric.Euclidean, new VamanaOptions { Detour = 0.9f }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Write([1, 2], Metric.Euclidean, new VamanaOptions { Subspaces = 3 }));
        var index = _folder.Open(await VamanaFolder.WriteAsync(new Clusters(20, 1, Metric.Euclidean, seed: 47)));
        Assert.Throws<ArgumentException>(() => index.Search([1], 1, new VamanaSearchOptions()));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search(new float[Clusters.Dimension], 0, new VamanaSearchOptions()));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search(new float[Clusters.Dimension], 1, new VamanaSearchOptions { Breadth = 0 }));
    }
}
