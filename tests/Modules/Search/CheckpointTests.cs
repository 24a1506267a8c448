using Orrery.Platform.KeyValues;
using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Orrery.Search.Shards;
using Orrery.Search.Vectors;
using Orrery.Tests;
using Xunit;
using static Orrery.Search.Tests.SearchTest;

namespace Orrery.Search.Tests;

/// <summary>A view that was saved: what is opened from it is what the rows say, whatever happened to its files.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const int Dimension = 16;
    private const int Count = 600;

    private readonly TempFolder _folder = new();
    private readonly Random _random = new(11);

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_opened_checkpoint_shows_what_was_saved_and_what_came_after()
    {
        IReadOnlyList<StoredPoint> before;
        await using (var platform = await StartInAsync(_folder))
        {
            var collection = await SavedAsync(platform);
            await collection.UpsertAsync([.. Enumerable.Range(0, 40).Select(i => New((ulong)(i * 3)))]);
            await collection.UpsertAsync([.. Enumerable.Range(0, 40).Select(i => New((ulong)(Count + i)))]);
            await collection.UpdateAsync(new DeletePoints(new([.. Enumerable.Range(1, 30).Select(i => PointId.Of((ulong)(i * 7)))], null)), None);
            await collection.UpdateAsync(new DeleteVectors(new([PointId.Of(2)], null), [Points.Point.Unnamed]), None);
            before = All(collection);
        }

        await using (var platform = await StartInAsync(_folder))
        {
            var collection = await platform.OpenAsync();
            Assert.True(Column(collection).HasGraph, "The checkpoint was not used.");
            AssertSame(before, All(collection));
            // Points that were replayed are found by where they are now, and nowhere else.
            foreach (var point in before.Where(point => point.Vectors!.Count > 0).Take(200))
                Assert.Equal(point.Id, (await collection.NearestAsync(Vector(point), 1))[0].Id);
            await collection.UpsertAsync(New(5));
            Optimize(collection);
            Assert.Equal(0, Column(collection).Outdated);
            Assert.Equal(All(collection).Count(point => point.Vectors!.Count > 0), Column(collection).IndexedCount);
        }
    }

    [Theory]
    [InlineData("*.graph", "flipped")]
    [InlineData("*.graph", "cut")]
    [InlineData("*.graph", "gone")]
    [InlineData("*.points", "flipped")]
    [InlineData("*.points", "cut")]
    public async Task What_is_damaged_is_made_again_and_never_trusted(string pattern, string how)
    {
        IReadOnlyList<StoredPoint> before;
        await using (var platform = await StartInAsync(_folder))
            before = All(await SavedAsync(platform));
        var file = Assert.Single(Directory.GetFiles(_folder.Path, pattern, SearchOption.AllDirectories));
        var bytes = await File.ReadAllBytesAsync(file, None);
        File.Delete(file);
        if (how != "gone")
        {
            bytes[bytes.Length / 2] ^= 1;
            await using var stream = File.Create(file);
            await stream.WriteAsync(how == "cut" ? bytes.AsMemory(0, bytes.Length - 100) : bytes, None);
        }

        await using (var platform = await StartInAsync(_folder))
        {
            var collection = await platform.OpenAsync();
            Assert.False(Column(collection).HasGraph);
            AssertSame(before, All(collection));
            Assert.Empty(Directory.GetFiles(_folder.Path, "*.points", SearchOption.AllDirectories));
        }
    }

    [Fact]
    public async Task A_vector_that_was_dropped_does_not_come_again_with_another_of_its_name()
    {
        await using (var platform = await StartInAsync(_folder))
        {
            await SavedAsync(platform);
            await ConfigureAsync(platform, config => config with { Vectors = new Dictionary<string, DenseVectorConfig>() });
            await ConfigureAsync(platform, config => config with { Vectors = new Dictionary<string, DenseVectorConfig> { [Points.Point.Unnamed] = new(Dimension, VectorDistance.Dot) } });
        }

        await using (var platform = await StartInAsync(_folder))
            Assert.All(All(await platform.OpenAsync()), point => Assert.Empty(point.Vectors!));
    }

    [Fact]
    public async Task A_log_that_does_not_reach_back_means_reading_all_rows()
    {
        IReadOnlyList<StoredPoint> before;
        await using (var platform = await StartInAsync(_folder))
        {
            var collection = (LiveCollection)await SavedAsync(platform);
            await collection.UpsertAsync(New(1));
            await collection.UpsertAsync(New(2));
            var keys = new ShardKeys(collection.Record.Id, 0);
            await platform.KeyValues.Space(CollectionRows.Space).WriteAsync(new KeyValueBatch().Delete(keys.LogEntry(collection.Shards[0].Last - 1)), cancellationToken: None);
            before = All(collection);
        }

        await using (var platform = await StartInAsync(_folder))
        {
            var collection = await platform.OpenAsync();
            Assert.False(Column(collection).HasGraph);
            AssertSame(before, All(collection));
        }
    }

    [Fact]
    public async Task Sparse_vectors_and_multivectors_are_read_from_the_saved_view()
    {
        await using (var platform = await StartInAsync(_folder))
        {
            var collection = await MixedAsync(platform);
            await ((LiveCollection)collection).Shards[0].SaveAsync(None);
            // One that changes and one that goes after it was saved.
            await collection.UpdateAsync(new UpdateVectors([Mixed(1, 9)]), None);
            await collection.UpdateAsync(new DeletePoints(new([PointId.Of(2)], null)), None);
            var keys = new ShardKeys(((LiveCollection)collection).Record.Id, 0);
            foreach (var id in Enumerable.Range(3, 7))
            {
                foreach (var name in new[] { "words", "rows" })
                    await platform.KeyValues.Space(CollectionRows.Space).WriteAsync(new KeyValueBatch().Delete(ShardKeys.Vector(keys.Vectors(name), PointId.Of((ulong)id))), cancellationToken: None);
            }
        }

        await using (var platform = await StartInAsync(_folder))
        {
            var collection = await platform.OpenAsync();
            var words = new QueryStage { Ranking = new Nearest(new GivenVector(new SparseVector([5], [1]))), Using = "words" };
            var byWords = await collection.QueryAsync(Ada, words, Wanted.Nothing, None);
            Assert.Equal([9UL, 1UL, 8UL, 7UL, 6UL, 5UL, 4UL, 3UL], byWords.Ids());
            var rows = new QueryStage { Ranking = new Nearest(new GivenVector(new MultiVector([1, 0], 1))), Using = "rows", Limit = 1 };
            var byRows = await collection.QueryAsync(Ada, rows, Wanted.Nothing, None);
            Assert.Equal([1UL], byRows.Ids());
        }
    }

    [Fact]
    public async Task A_sparse_vector_that_comes_again_under_its_name_has_nothing_of_the_one_before()
    {
        await using (var platform = await StartInAsync(_folder))
        {
            var collection = await MixedAsync(platform);
            await ((LiveCollection)collection).Shards[0].SaveAsync(None);
            await ConfigureAsync(platform, config => config with { SparseVectors = new Dictionary<string, SparseVectorConfig>() });
            await ConfigureAsync(platform, config => config with { SparseVectors = new Dictionary<string, SparseVectorConfig> { ["words"] = new() } });
        }

        await using (var platform = await StartInAsync(_folder))
            Assert.Equal(0, (await platform.OpenAsync()).State().Vectors["words"]);
    }

    [Fact]
    public async Task A_stop_in_order_saves_what_changed_so_that_the_next_start_has_its_graph()
    {
        await using (var platform = await StartInAsync(_folder))
        {
            var collection = await platform.CreateAsync(size: 2, distance: VectorDistance.Euclid, with: config => config with { IndexingThreshold = 1 });
            await collection.UpsertAsync([.. Enumerable.Range(0, 20_000).Select(i => Point((ulong)i, [_random.Next(1000), _random.Next(1000)]))]);
            while (CollectionKeeping.Move(((LiveCollection)collection).Shards[0].View, Column(collection)))
            {
            }

            await platform.Get<CollectionKeeping>().StopAsync(None);
            Assert.False(((LiveCollection)collection).Shards[0].HasUnsaved);
        }

        await using (var platform = await StartInAsync(_folder))
            Assert.Equal(20_000, Column(await platform.OpenAsync()).IndexedCount);
    }

    [Fact]
    public async Task Collections_are_counted_without_being_opened()
    {
        await using (var platform = await StartInAsync(_folder))
        {
            var collection = await platform.CreateAsync(with: config => config with { Shards = 3 });
            await collection.UpsertAsync([.. Enumerable.Range(0, 20).Select(i => Point((ulong)i, [1, 0, 0, 0]))]);
            await collection.UpsertAsync(Point(3, [0, 1, 0, 0]), Point(20, [0, 1, 0, 0]));
            await collection.UpdateAsync(new DeletePoints(new([PointId.Of(1), PointId.Of(99)], null)), None);
            await platform.CreateAsync("empty");
        }

        await using (var platform = await StartInAsync(_folder))
        {
            var summaries = await platform.Get<ICollections>().SummariesAsync(Ada, None);
            Assert.Equal([("empty", 0L, true), ("flights", 20L, true)], summaries.Select(summary => (summary.Name, summary.Points!.Value, summary.State is null)));
            Assert.Equal(20, (await platform.OpenAsync()).State().Points);
            Assert.NotNull((await platform.Get<ICollections>().SummariesAsync(Ada, None))[1].State);
        }
    }

    private static async Task<ICollection> MixedAsync(TestPlatform platform)
    {
        var collection = await platform.CreateAsync(with: config => config with
        {
            Vectors = new Dictionary<string, DenseVectorConfig> { ["rows"] = new(2, VectorDistance.Dot) { IsMulti = true } },
            SparseVectors = new Dictionary<string, SparseVectorConfig> { ["words"] = new() },
        });
        await collection.UpdateAsync(new UpsertPoints([.. Enumerable.Range(1, 9).Select(i => Mixed((ulong)i, i))]), None);
        return collection;
    }

    private static Point Mixed(ulong id, int weight) => new(
        PointId.Of(id), new Dictionary<string, VectorValue> { ["words"] = new SparseVector([5], [weight + id / 10f]), ["rows"] = new MultiVector([(weight * 2f) - id, 1, 0, weight], 2) }, default);

    [Fact]
    public async Task Codes_find_what_vectors_find_and_can_be_asked_for_later()
    {
        await using var platform = await StartInAsync(_folder);
        var collection = await SavedAsync(platform);
        Assert.False(Column(collection).IsQuantized);
        await ConfigureAsync(platform, config => config with { Codes = new(0.99) });
        Optimize(collection);
        Assert.True(Column(collection).IsQuantized);
        var found = 0;
        for (var i = 0; i < 20; i++)
        {
            var query = Vector();
            found += (await collection.NearestAsync(query)).Ids().Intersect((await collection.NearestAsync(query, exact: true)).Ids()).Count();
        }

        Assert.True(found >= 190, $"{found} of 200");
    }

    private static async Task ConfigureAsync(TestPlatform platform, Func<CollectionConfig, CollectionConfig> change) =>
        await platform.Get<ICollections>().UpdateAsync(Ada, "flights", change, None);

    private async Task<ICollection> SavedAsync(TestPlatform platform)
    {
        var collection = await platform.CreateAsync(size: Dimension, distance: VectorDistance.Euclid, with: config => config with { IndexingThreshold = 1 });
        await collection.UpsertAsync([.. Enumerable.Range(0, Count).Select(i => New((ulong)i))]);
        Optimize(collection);
        // Some are not in the graph yet when it is saved, and one changed.
        await collection.UpsertAsync(New(Count - 1), New(Count + 100));
        await ((LiveCollection)collection).Shards[0].SaveAsync(None);
        return collection;
    }

    private static void Optimize(ICollection collection)
    {
        while (CollectionKeeping.Move(((LiveCollection)collection).Shards[0].View, Column(collection)))
        {
        }
    }

    private static DenseColumn Column(ICollection collection) => (DenseColumn)((LiveCollection)collection).Shards[0].View.Columns[Points.Point.Unnamed];

    private static IReadOnlyList<StoredPoint> All(ICollection collection) =>
        collection.Scroll(null, null, null, 10_000, new(PayloadSelection.All, VectorSelection.All)).Points;

    private static float[] Vector(StoredPoint point) => ((DenseVector)point.Vectors![Points.Point.Unnamed]).Values;

    private static void AssertSame(IReadOnlyList<StoredPoint> expected, IReadOnlyList<StoredPoint> actual)
    {
        Assert.Equal(expected.Select(point => (point.Id, point.Version, point.Text())), actual.Select(point => (point.Id, point.Version, point.Text())));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Vectors!.Values.Cast<DenseVector>().SelectMany(vector => vector.Values), pair.Second.Vectors!.Values.Cast<DenseVector>().SelectMany(vector => vector.Values)));
    }

    private Point New(ulong id) => Point(id, Vector(), id % 3 == 0 ? null : $$"""{"n":{{_random.Next(1000)}}}""");

    private float[] Vector() => [.. Enumerable.Range(0, Dimension).Select(_ => (float)_random.NextDouble())];
}
