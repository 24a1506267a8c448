using System.Text.Json;
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
        var refusal = await Assert.ThrowsAsync<InvalidException>(() => platform.CreateAsync(with: config => config with { Strict = Strict("""{"read_rate_limit":5}""") }));
        Assert.Contains("read_rate_limit", refusal.Message);
    }

    private static StrictMode Strict(string bounds) => new() { Enabled = true, Bounds = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(bounds)! };
}
