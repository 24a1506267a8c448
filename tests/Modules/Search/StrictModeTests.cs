using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orrery.Kernel;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Xunit;
using static Orrery.Search.Tests.SearchTest;

namespace Orrery.Search.Tests;

public sealed class StrictModeTests
{
    [Fact]
    public async Task Bounds_that_a_collection_sets_are_kept_and_its_points_stay_as_they_are()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync(with: config => config with
        {
            Fields = new Dictionary<string, FieldSchema> { ["city"] = new(FieldType.Keyword) },
            Strict = Strict("""{"max_query_limit":2,"upsert_max_batchsize":2,"max_points_count":3,"unindexed_filtering_retrieve":false,"unindexed_filtering_update":false,"filter_max_conditions":2,"search_allow_exact":false}"""),
        });
        await collection.UpsertAsync(Point(1, [1, 0, 0, 0], """{"city":"Oslo","n":1}"""), Point(2, [1, 0, 0, 0]));

        Assert.Contains("upsert limit", (await Assert.ThrowsAsync<InvalidException>(() => collection.UpsertAsync(Point(3, [1, 0, 0, 0]), Point(4, [1, 0, 0, 0]), Point(5, [1, 0, 0, 0])))).Message);
        await collection.UpsertAsync(Point(1, [1, 0, 0, 0], """{"city":"Oslo","n":1}"""), Point(3, [1, 0, 0, 0]));
        Assert.Contains("Max points count limit of 3", (await Assert.ThrowsAsync<InvalidException>(() => collection.UpsertAsync(Point(4, [1, 0, 0, 0])))).Message);

        Assert.Contains("Limit exceeded 3 > 2", (await Assert.ThrowsAsync<InvalidException>(() => collection.NearestAsync([1, 0, 0, 0], limit: 3))).Message);
        Assert.Contains("Exact search disabled", (await Assert.ThrowsAsync<InvalidException>(() => collection.NearestAsync([1, 0, 0, 0], limit: 2, exact: true))).Message);

        var city = Field("city", new MatchValue(Scalar.Of("Oslo")));
        var number = Field("n", new MatchValue(Scalar.Of(1)));
        Assert.Equal(1, collection.Count(Must(city)));
        Assert.Contains("Index required but not found for \"n\"", Assert.Throws<InvalidException>(() => collection.Count(Must(number))).Message);
        Assert.Contains("Index required", (await Assert.ThrowsAsync<InvalidException>(() => collection.UpdateAsync(new DeletePoints(new(null, Must(number)))))).Message);
        Assert.Contains("Filter condition limit", Assert.Throws<InvalidException>(() => collection.Scroll(Must(city, city, city), null, null, 2, Wanted.Nothing)).Message);
        Assert.Equal(3, collection.Count(null));
    }

    [Fact]
    public async Task A_bound_that_would_not_be_kept_is_refused_when_it_is_set()
    {
        await using var platform = await StartAsync();
        var refusal = await Assert.ThrowsAsync<InvalidException>(() => platform.CreateAsync(with: config => config with { Strict = Strict("""{"max_resident_memory_percent":5}""") }));
        Assert.Contains("max_resident_memory_percent", refusal.Message);
    }

    [Fact]
    public async Task Bounds_on_bytes_and_on_what_one_vector_holds_are_kept()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync(with: config => config with
        {
            SparseVectors = new Dictionary<string, SparseVectorConfig> { ["words"] = new() },
            Vectors = new Dictionary<string, DenseVectorConfig>(config.Vectors) { ["rows"] = new(2, VectorDistance.Dot) { IsMulti = true } },
            Strict = Strict("""{"max_collection_vector_size_bytes":32,"max_collection_payload_size_bytes":12,"sparse_config":{"words":{"max_length":2}},"multivector_config":{"rows":{"max_vectors":1}}}"""),
        });

        Assert.Contains("'words' has a limit of 2 indices, but 3", await RefusedAsync(new UpsertPoints([With(1, "words", new SparseVector([1, 2, 3], [1, 1, 1]))])));
        Assert.Contains("'rows' has a limit of 1 vectors, but 2", await RefusedAsync(new UpsertPoints([With(1, "rows", new MultiVector([1, 2, 3, 4], 2))])));
        await collection.UpsertAsync(Point(1, [1, 0, 0, 0], """{"city":"Oslo"}"""));
        Assert.Contains("Max payload storage size", await RefusedAsync(new SetPayload(new([PointId.Of(1)], null), "{}"u8.ToArray(), null)));
        await collection.UpdateAsync(new ClearPayload(new([PointId.Of(1)], null)));
        await collection.UpsertAsync(Point(2, [1, 0, 0, 0]));
        Assert.Contains("Max vector storage size", await RefusedAsync(new UpsertPoints([Point(1, [1, 0, 0, 0])])));
        await collection.UpdateAsync(new DeletePoints(new([PointId.Of(2)], null)));
        await collection.UpsertAsync(Point(1, [1, 0, 0, 0]));

        async Task<string> RefusedAsync(PointOperation operation) => (await Assert.ThrowsAsync<InvalidException>(() => collection.UpdateAsync(operation))).Message;
        static Point With(ulong id, string name, VectorValue vector) => new(PointId.Of(id), new Dictionary<string, VectorValue> { [name] = vector }, default);
    }

    [Fact]
    public async Task Reads_and_writes_cost_tokens_that_come_back_within_the_minute()
    {
        var clock = new FakeTimeProvider();
        await using var platform = await StartAsync(clock);
        var collection = await platform.CreateAsync(with: config => config with { Strict = Strict("""{"read_rate_limit":4,"write_rate_limit":3}""") });
        await collection.UpsertAsync(Point(1, [1, 0, 0, 0]), Point(2, [0, 1, 0, 0]));

        var write = await Assert.ThrowsAsync<QuotaExceededException>(() => collection.UpsertAsync(Point(1, [1, 0, 0, 0]), Point(2, [0, 1, 0, 0])));
        Assert.Contains("Operation requires 2 tokens but only 1.0 were available. Retry after 20s", write.Message);
        Assert.Equal(20, write.RetryAfter!.Value.TotalSeconds, 6);
        Assert.Null((await Assert.ThrowsAsync<QuotaExceededException>(() => collection.UpsertAsync([.. Enumerable.Range(1, 4).Select(id => Point((ulong)id, [1, 0, 0, 0]))]))).RetryAfter);
        clock.Advance(TimeSpan.FromSeconds(20));
        await collection.UpsertAsync(Point(1, [1, 0, 0, 0]), Point(2, [0, 1, 0, 0]));

        Assert.Equal(2, collection.Count(null));
        await collection.NearestAsync([1, 0, 0, 0]);
        await collection.NearestAsync([1, 0, 0, 0], filter: Must(Field("n", new MatchValue(Scalar.Of(1)))));
        var read = Assert.Throws<QuotaExceededException>(() => collection.Retrieve([PointId.Of(1)], Wanted.Nothing));
        Assert.Contains("Read rate limit exceeded", read.Message);

        // Bounds that are set again begin anew.
        await platform.Get<ICollections>().UpdateAsync(Ada, "flights", config => config with { Strict = Strict("""{"read_rate_limit":1}""") });
        Assert.Single(collection.Retrieve([PointId.Of(1)], Wanted.Nothing));
        Assert.Contains("larger than rate limiter capacity", Assert.Throws<QuotaExceededException>(() => collection.Retrieve([PointId.Of(1), PointId.Of(2)], Wanted.Nothing)).Message);
    }

    [Fact]
    public async Task Without_a_graph_an_exact_search_has_to_be_allowed_unless_it_rescores_what_another_stage_found()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync(with: config => config with { Hnsw = new() { M = 0 }, Strict = Strict("""{"search_allow_exact":false,"unindexed_filtering_retrieve":false}""") });
        await collection.UpsertAsync(Point(1, [1, 0, 0, 0], """{"n":1}"""));
        var nearest = new QueryStage { Ranking = new Nearest(new GivenVector(new DenseVector([1, 0, 0, 0]))) };

        Assert.Contains("hnsw_config.m = 0", (await Assert.ThrowsAsync<InvalidException>(() => collection.QueryAsync(Ada, nearest, Wanted.Nothing))).Message);
        Assert.Single(await collection.QueryAsync(Ada, nearest with { Prefetch = [new QueryStage()] }, Wanted.Nothing));
        var formula = new QueryStage { Prefetch = [new QueryStage()], Ranking = new ByFormula(new Sum([new Constant(1), new FieldValue(PayloadPath.Parse("n"))]), new Dictionary<string, JsonElement>()) };
        Assert.Contains("formula expression", (await Assert.ThrowsAsync<InvalidException>(() => collection.QueryAsync(Ada, formula, Wanted.Nothing))).Message);
    }

    private static StrictMode Strict(string bounds) => new() { Enabled = true, Bounds = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(bounds)! };
}
