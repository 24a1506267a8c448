using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Orrery.Tests;
using Xunit;
using static Orrery.Search.Tests.SearchTest;

namespace Orrery.Search.Tests;

public sealed class CollectionTests
{
    private static readonly Wanted Everything = new(PayloadSelection.All, VectorSelection.All);

    [Fact]
    public async Task What_was_acknowledged_is_there_after_the_server_was_started_again()
    {
        using var folder = new TempFolder();
        await using (var platform = await StartInAsync(folder))
        {
            var collection = await platform.CreateAsync();
            await collection.UpsertAsync(Point(1, [1, 0, 0, 0], """{"city":"Oslo","n":1.50}"""), Point(2, [0, 1, 0, 0]), Point(3, [0, 0, 1, 0]));
            await collection.UpdateAsync(new DeletePoints(new([PointId.Of(2)], null)));
            await collection.UpdateAsync(new SetPayload(new([PointId.Of(3)], null), """{"late":true}"""u8.ToArray()));
            await platform.Get<ICollections>().ChangeAliasesAsync(Ada, [new("live", "flights")]);
        }

        await using var again = await StartInAsync(folder);
        var opened = await again.OpenAsync("live");
        var points = opened.Scroll(null, null, null, 10, Everything).Points;
        Assert.Equal([1UL, 3], points.Ids());
        Assert.Equal("""{"city":"Oslo","n":1.50}""", points[0].Text());
        Assert.Equal("""{"late":true}""", points[1].Text());
        Assert.Equal([0f, 0, 1, 0], ((DenseVector)points[1].Vectors![Points.Point.Unnamed]).Values);
        var next = await opened.UpsertAsync(Point(9, [1, 1, 1, 1]));
        Assert.Equal(4, next.Number);
    }

    [Fact]
    public async Task A_collection_is_an_asset_whose_versions_are_its_configurations()
    {
        await using var platform = await StartAsync();
        await platform.CreateAsync();
        await platform.Get<ICollections>().UpdateAsync(Ada, "flights", config => config with { Fields = new Dictionary<string, FieldSchema> { ["city"] = new(FieldType.Keyword) } });
        var asset = await platform.Get<IAssets>().GetAssetAsync(Ada, AssetKind.Collection, "flights");
        Assert.Equal(2, asset.LatestVersion);
    }

    [Fact]
    public async Task A_collection_that_is_made_again_under_its_name_is_empty()
    {
        await using var platform = await StartAsync();
        await (await platform.CreateAsync()).UpsertAsync(Point(1, [1, 0, 0, 0]));
        Assert.True(await platform.Get<ICollections>().DeleteAsync(Ada, "flights"));
        Assert.False(await platform.Get<ICollections>().DeleteAsync(Ada, "flights"));
        await Assert.ThrowsAsync<NotFoundException>(() => platform.OpenAsync());
        Assert.Equal(0, (await platform.CreateAsync()).Count(null));
    }

    [Fact]
    public async Task Workspaces_do_not_see_each_others_collections()
    {
        await using var platform = await StartAsync();
        await platform.CreateAsync();
        Assert.Empty(await platform.Get<ICollections>().ListAsync(Ada with { Workspace = "other" }));
    }

    [Fact]
    public async Task Aliases_change_all_at_once_or_not_at_all()
    {
        await using var platform = await StartAsync();
        await platform.CreateAsync("blue");
        await platform.CreateAsync("green");
        var collections = platform.Get<ICollections>();
        await collections.ChangeAliasesAsync(Ada, [new("live", "blue")]);
        await Assert.ThrowsAsync<NotFoundException>(() => collections.ChangeAliasesAsync(Ada, [new("live", "green"), new("next", "nowhere")]));
        Assert.Equal("blue", (await platform.OpenAsync("live")).Name);
        await collections.ChangeAliasesAsync(Ada, [new("live"), new("live", "green")]);
        Assert.Equal("green", (await platform.OpenAsync("live")).Name);
    }

    [Fact]
    public async Task Several_named_vectors_are_searched_each_by_its_own_distance()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync(with: config => config with
        {
            Vectors = new Dictionary<string, DenseVectorConfig> { ["place"] = new(2, VectorDistance.Euclid), ["topic"] = new(3, VectorDistance.Cosine) },
            SparseVectors = new Dictionary<string, SparseVectorConfig> { ["words"] = new() },
        });
        await collection.UpdateAsync(new UpsertPoints(
        [
            new(PointId.Of(1), new Dictionary<string, VectorValue> { ["place"] = new DenseVector([0, 0]), ["topic"] = new DenseVector([1, 0, 0]) }),
            new(PointId.Of(2), new Dictionary<string, VectorValue> { ["place"] = new DenseVector([3, 4]), ["words"] = new SparseVector([7, 2], [1, 2]) }),
        ]));
        var near = await collection.QueryAsync(Ada, new() { Ranking = new Nearest(new GivenVector(new DenseVector([0, 0]))), Using = "place" }, Wanted.Nothing);
        Assert.Equal([(1UL, 0f), (2UL, 5f)], near.Select(point => (point.Id.Number, point.Score)));
        var words = await collection.QueryAsync(Ada, new() { Ranking = new Nearest(new GivenVector(new SparseVector([2, 9], [3, 5]))), Using = "words" }, Wanted.Nothing);
        Assert.Equal([(2UL, 6f)], words.Select(point => (point.Id.Number, point.Score)));
        var topics = await collection.QueryAsync(Ada, new() { Ranking = new Nearest(new PointVector(PointId.Of(1))), Using = "topic" }, Wanted.Nothing);
        Assert.Empty(topics); // the example itself is left out, and no other point has a topic
    }

    [Theory]
    [InlineData(new float[] { 1, 2 }, "expected dim: 4, got 2")]
    [InlineData(new float[] { 1, float.NaN, 0, 0 }, "finite")]
    [InlineData(new float[] { 0, 0, 0, 0 }, "direction")]
    public async Task A_vector_that_cannot_be_kept_is_refused_with_its_reason_and_nothing_of_its_request_is_written(float[] vector, string reason)
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync(distance: VectorDistance.Cosine);
        var refusal = await Assert.ThrowsAsync<InvalidException>(() => collection.UpsertAsync(Point(1, [1, 0, 0, 0]), Point(2, vector)));
        Assert.Contains(reason, refusal.Message);
        Assert.Equal(0, collection.Count(null));
    }

    [Fact]
    public async Task An_id_of_all_64_bits_and_a_uuid_are_ids_as_any_other()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync();
        var uuid = PointId.Of(Guid.Parse("5c56c793-69f3-4fbf-87e6-c4bf54c28c26"));
        await collection.UpsertAsync(Point(1UL << 63, [1, 0, 0, 0]), Point(ulong.MaxValue, [1, 0, 0, 0]), Point(0, [1, 0, 0, 0]) with { Id = uuid });
        Assert.Equal([PointId.Of(1UL << 63), PointId.Of(ulong.MaxValue), uuid], collection.Scroll(null, null, null, 10, Wanted.Nothing).Points.Select(point => point.Id));
    }

    [Fact]
    public async Task Pages_by_id_hold_every_point_once()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync();
        foreach (var chunk in Enumerable.Range(0, 100).Select(i => (ulong)(i * 37 % 100)).Chunk(9))
            await collection.UpsertAsync([.. chunk.Select(id => Point(id, [id, 1, 0, 0]))]);
        await collection.UpdateAsync(new DeletePoints(new([PointId.Of(50), PointId.Of(7)], null)));
        await collection.UpsertAsync(Point(7, [1, 1, 1, 1]));
        var seen = new List<ulong>();
        for (PointId? from = null; ;)
        {
            var page = collection.Scroll(null, null, from, 8, Wanted.Nothing);
            seen.AddRange(page.Points.Ids());
            if ((from = page.Next) is null)
                break;
        }

        Assert.Equal(Enumerable.Range(0, 100).Where(id => id != 50).Select(id => (ulong)id), seen);
    }
}
