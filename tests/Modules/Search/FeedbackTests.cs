using Orrery.Search.Points;
using Orrery.Search.Queries;
using Xunit;
using static Orrery.Search.Tests.SearchTest;

namespace Orrery.Search.Tests;

public sealed class FeedbackTests
{
    [Fact]
    public async Task Feedback_weighs_the_target_and_the_difference_of_each_pair_by_how_far_apart_it_was_judged()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync(size: 2);
        await collection.UpsertAsync(Point(1, [1, 0]), Point(2, [0, 1]), Point(3, [3, 1]), Point(4, [1, 3]));

        var found = await AskAsync(collection, [Judged(1, 0.75f), Judged(2, 0.25f)], (2, 3, 8));

        // 2·(x·(1, 1)) + 0.5³·8·(x·(1, 0) − x·(0, 1)): of (3, 1) 8 + 2, of (1, 3) 8 − 2. The examples are not found.
        Assert.Equal([3UL, 4UL], found.Ids());
        Assert.Equal([10f, 6f], found.Select(point => point.Score));
    }

    [Fact]
    public async Task Feedback_on_one_example_or_of_equal_scores_says_nothing()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync(size: 2);
        await collection.UpsertAsync(Point(1, [1, 0]), Point(2, [0, 1]), Point(3, [3, 1]), Point(4, [1, 4]));

        var nearest = await collection.NearestAsync([1, 1]);
        var given = new JudgedExample(new GivenVector(new DenseVector([5, 5])), 1);
        Assert.Equal(nearest.Ids(), (await AskAsync(collection, [given], (1, 1, 100))).Ids());
        Assert.Equal(nearest.Ids(), (await AskAsync(collection, [given, given], (1, 1, 100))).Ids());
    }

    private static Task<IReadOnlyList<StoredPoint>> AskAsync(Collections.ICollection collection, JudgedExample[] judged, (float A, float B, float C) weights) => collection.QueryAsync(
        Ada, new() { Ranking = new RelevanceFeedback(new GivenVector(new DenseVector([1, 1])), judged, weights.A, weights.B, weights.C) }, Wanted.Nothing);

    private static JudgedExample Judged(ulong id, float score) => new(new PointVector(PointId.Of(id)), score);
}
