using System.Text.Json;
using Orrery.Kernel;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Orrery.Search.Snapshots;
using Orrery.Statistics;
using Orrery.Tests;
using Xunit;
using static Orrery.Search.Tests.SearchTest;

namespace Orrery.Search.Tests;

/// <summary>Several shards answer what one does.</summary>
public sealed class ShardingTests
{
    private const int Count = 200;

    [Fact]
    public async Task Several_shards_answer_every_query_as_one_does_also_after_they_are_opened_again_and_from_a_snapshot()
    {
        using var folder = new TempFolder();
        List<string> one;
        await using (var platform = await StartInAsync(folder))
        {
            one = await AnswersAsync(await FillAsync(platform, "one", 1));
            var many = await FillAsync(platform, "many", 5);
            Assert.Equal(5, many.State().Shards.Count);
            Assert.All(many.State().Shards, points => Assert.InRange(points, 1, Count - 1));
            Assert.Equal(one, await AnswersAsync(many));
            var snapshots = platform.Get<ISnapshots>();
            var snapshot = await snapshots.CreateAsync(Ada, "many");
            await using var content = await snapshots.OpenAsync(Ada, "many", snapshot.Name);
            await snapshots.RestoreAsync(Ada, "copy", content, snapshot.Digest);
            Assert.Equal(one, await AnswersAsync(await platform.OpenAsync("copy")));
        }

        await using var again = await StartInAsync(folder);
        Assert.Equal(one, await AnswersAsync(await again.OpenAsync("many")));
        Assert.Equal(one, await AnswersAsync(await again.OpenAsync("copy")));
    }

    [Fact]
    public async Task What_does_not_fit_one_shard_changes_none()
    {
        await using var platform = await StartAsync();
        var collection = await FillAsync(platform, "many", 5);
        var before = await AnswersAsync(collection);

        var points = Enumerable.Range(1, 50).Select(id => Point((ulong)id, [9, 9, 9, 9])).Append(Point(51, [1, 2])).ToArray();
        await Assert.ThrowsAsync<InvalidException>(() => collection.UpdateAsync(new UpsertPoints(points)));
        await Assert.ThrowsAsync<NotFoundException>(() => collection.UpdateAsync(new ClearPayload(new([.. Enumerable.Range(1, 20).Append(9_999).Select(id => PointId.Of((ulong)id))], null))));

        Assert.Equal(before, await AnswersAsync(collection));
    }

    [Fact]
    public async Task Readers_see_an_operation_in_all_shards_or_in_none()
    {
        await using var platform = await StartAsync();
        var collection = await platform.CreateAsync("many", with: config => config with { Shards = 4 });
        Point[] All(int n) => [.. Enumerable.Range(1, 40).Select(id => Point((ulong)id, [n, 0, 0, 0], $$"""{"n":{{n}}}"""))];
        await collection.UpsertAsync(All(0));
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            var pages = 0;
            for (; !stop.IsCancellationRequested || pages == 0; pages++)
                Assert.Single(collection.Scroll(null, null, null, 100, new(PayloadSelection.All, VectorSelection.None)).Points.Select(point => point.Text()).Distinct());
            return pages;
        });
        for (var n = 1; n <= 30; n++)
            await collection.UpsertAsync(All(n));
        await stop.CancelAsync();
        Assert.True(await reading > 0);
    }

    [Fact]
    public async Task The_number_of_shards_has_bounds_and_stays()
    {
        await using var platform = await StartAsync();
        await Assert.ThrowsAsync<InvalidException>(() => platform.CreateAsync("none", with: config => config with { Shards = 0 }));
        await Assert.ThrowsAsync<InvalidException>(() => platform.CreateAsync("many", with: config => config with { Shards = 65 }));
        await platform.CreateAsync("two", with: config => config with { Shards = 2 });
        await platform.Get<ICollections>().UpdateAsync(Ada, "two", config => config with { Shards = 1 });
        Assert.Equal(2, (await platform.OpenAsync("two")).Config.Shards);
    }

    private static async Task<ICollection> FillAsync(TestPlatform platform, string name, int shards)
    {
        var collection = await platform.CreateAsync(name, with: config => config with
        {
            Shards = shards,
            SparseVectors = new Dictionary<string, SparseVectorConfig> { ["words"] = new() { Idf = true } },
        });
        var random = new SeededRandom(7);
        var points = Enumerable.Range(1, Count).Select(id => new Point(
            PointId.Of((ulong)id),
            new Dictionary<string, VectorValue>
            {
                [Points.Point.Unnamed] = new DenseVector([.. Enumerable.Range(0, 4).Select(_ => (float)random.NextDouble() - 0.5f)]),
                ["words"] = new SparseVector([(uint)(id % 3), (uint)(10 + id % 17)], [1 + id / 1000f, 1 + id / 100f]),
            },
            JsonSerializer.SerializeToUtf8Bytes(new { n = id * 7919 % 1009, city = id % 4 == 0 ? "Oslo" : "Rome", tags = new[] { id % 5, id % 7 } }))).ToList();
        foreach (var some in points.Chunk(50))
            await collection.UpdateAsync(new UpsertPoints(some));
        await collection.UpdateAsync(new DeletePoints(new([.. Enumerable.Range(0, 10).Select(i => PointId.Of((ulong)(i * 13 + 1)))], null)));
        await collection.UpdateAsync(new SetPayload(new(null, Must(Field("n", new NumberRange(null, null, 100, null)))), """{"low":true}"""u8.ToArray()));
        return collection;
    }

    private static async Task<List<string>> AnswersAsync(ICollection collection)
    {
        var filter = Must(Field("city", new MatchValue(Scalar.Of("Oslo"))));
        VectorInput target = new GivenVector(new DenseVector([0.3f, -0.2f, 0.1f, 0.4f]));
        VectorInput[] examples = [new PointVector(PointId.Of(3)), new PointVector(PointId.Of(5))];
        var dense = new QueryStage { Ranking = new Nearest(target), Limit = 15 };
        var words = new QueryStage { Ranking = new Nearest(new GivenVector(new SparseVector([1, 12], [1, 1]))), Using = "words", Limit = 15 };
        var formula = new Sum([new StageScore(0), new Product([new Constant(0.001), new FieldValue(PayloadPath.Parse("n"))]), new Holds(filter.Must[0])]);
        QueryStage[] queries =
        [
            dense, dense with { Filter = filter, Offset = 3 }, dense with { ScoreThreshold = 0.1f }, words, words with { IdfCorpus = filter },
            dense with { Ranking = new Nearest(target, new(0.5f, 40)) },
            dense with { Ranking = new Recommend(examples, [new PointVector(PointId.Of(7))], RecommendStrategy.AverageVector) },
            dense with { Ranking = new Recommend(examples, [], RecommendStrategy.BestScore) },
            dense with { Ranking = new Discover(target, [new(examples[0], examples[1])]) },
            dense with { Ranking = new RelevanceFeedback(target, [new(examples[0], 0.75f), new(examples[1], 0.25f)], 1, 1, 1) },
            new() { Prefetch = [dense, words], Ranking = new ReciprocalRankFusion(Weights: [1, 0.7f]), Limit = 20, Filter = filter },
            new() { Prefetch = [dense, words], Ranking = new DistributionFusion(), Limit = 20 },
            new() { Prefetch = [dense with { Limit = 50 }], Ranking = new ByFormula(formula, new Dictionary<string, JsonElement>()), Limit = 20 },
            new() { Prefetch = [words with { Limit = 50 }], Ranking = new Nearest(target), Limit = 20 },
            new() { Ranking = new OrderBy(PayloadPath.Parse("n"), Descending: true), Limit = 30 },
            new() { Ranking = new OrderBy(PayloadPath.Parse("n"), StartFrom: 500), Limit = 30, Filter = filter },
            new() { Limit = 25, Filter = filter },
        ];
        var answers = new List<string>();
        foreach (var query in queries)
            answers.Add(string.Join(' ', (await collection.QueryAsync(Ada, query, Wanted.Nothing)).Select(point => $"{point.Id}:{point.Score:0.0000}:{point.Order?.Number}")));
        var groups = await collection.QueryGroupsAsync(Ada, dense, new(PayloadPath.Parse("tags[]"), 4, 3), Wanted.Nothing);
        answers.Add(string.Join(' ', groups.Select(group => $"{group.Id.Number}:{string.Join(',', group.Hits.Select(hit => hit.Id))}")));
        answers.Add(string.Join(' ', collection.Matrix(Points.Point.Unnamed, filter, 10, 3).Select(row => $"{row.Id}:{string.Join(',', row.Nearest.Select(near => $"{near.Other}/{near.Score:0.0000}"))}")));
        answers.Add(string.Join(' ', collection.Matrix("words", null, 6, 2).Select(row => $"{row.Id}:{string.Join(',', row.Nearest.Select(near => $"{near.Score:0.0000}"))}")));
        answers.Add(string.Join(' ', collection.Facet(PayloadPath.Parse("tags[]"), filter, 10).Select(facet => $"{facet.Value.Number}:{facet.Count}")));
        var all = new Wanted(PayloadSelection.All, VectorSelection.All);
        var page = collection.Scroll(filter, null, PointId.Of(20), 9, all);
        answers.Add($"{page.Next} {string.Join(' ', page.Points.Select(point => $"{point.Id}{point.Text()}"))}");
        answers.Add(string.Join(' ', collection.Retrieve([PointId.Of(9), PointId.Of(1), PointId.Of(60)], all).Select(point => $"{point.Id}{point.Text()}{point.Vectors!.Count}")));
        answers.Add($"{collection.Count(null)} {collection.Count(filter)} {collection.Count(Must(Field("low", new MatchValue(Scalar.Of(true)))))} {collection.State().Points} {collection.State().Vectors["words"]}");
        Assert.Single(await collection.QueryAsync(Ada, new() { Ranking = new RandomSample(), Limit = 1 }, Wanted.Nothing));
        return answers;
    }
}
