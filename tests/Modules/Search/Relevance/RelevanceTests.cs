using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Relevance;
using Orrery.Search.Texts;
using Xunit;
using static Orrery.Search.Tests.SearchTest;

namespace Orrery.Search.Tests.Relevance;

public sealed class RelevanceTests
{
    // golden_relevance.py made these: the grades of thirty points, and the first twenty of a ranking.
    private static readonly (int[] Grades, int[] Ranking)[] Rankings =
    [
        ([2, 3, 3, 1, 3, 3, 3, 0, 0, 1, 0, 0, 1, 2, 1, 0, 2, 3, 0, 1, 0, 3, 0, 0, 3, 0, 0, 2, 3, 3], [16, 25, 12, 14, 11, 19, 22, 3, 18, 6, 5, 8, 13, 17, 24, 1, 2, 7, 15, 23]),
        ([2, 0, 0, 0, 0, 2, 2, 0, 2, 1, 0, 1, 0, 0, 0, 3, 0, 3, 0, 2, 3, 0, 3, 0, 0, 1, 2, 0, 0, 0], [29, 16, 26, 12, 8, 28, 22, 13, 15, 19, 3, 5, 14, 7, 11, 9, 4, 0, 21, 10]),
        ([0, 0, 2, 0, 1, 0, 0, 0, 1, 0, 0, 3, 2, 0, 1, 3, 2, 1, 0, 0, 1, 1, 0, 1, 0, 3, 0, 1, 1, 2], [27, 2, 3, 0, 21, 15, 20, 13, 28, 14, 25, 9, 12, 7, 8, 18, 4, 26, 6, 10]),
    ];

    private static readonly Dictionary<string, double> Golden = new()
    {
        ["ndcg_at_10"] = 0.381062201090457,
        ["mrr"] = 0.7777777777777777,
        ["map"] = 0.4177536050407567,
        ["precision_at_10"] = 0.6,
        ["recall_at_10"] = 0.3793016194331984,
        ["recall_at_20"] = 0.6704622132253711,
    };

    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public void Means_are_those_of_scikit_learn_and_trec_eval()
    {
        var metrics = new RelevanceMetrics(depth: 20);
        foreach (var (grades, ranking) in Rankings)
            metrics.Add([.. ranking.Select(Id)], grades.Select((grade, point) => (Id(point), (double)grade)).ToDictionary(pair => pair.Item1, pair => pair.Item2));
        metrics.Add([Id(1)], new Dictionary<PointId, double> { [Id(2)] = 0 });
        Assert.Equal((3, 1), (metrics.Queries, metrics.Skipped));
        var means = metrics.Means();
        Assert.Equal(Golden.Keys.Order(), means.Keys.Order());
        Assert.All(Golden, golden => Assert.Equal(golden.Value, means[golden.Key], 12));
    }

    [Fact]
    public async Task An_evaluation_is_a_run_with_its_inputs_and_evidence_for_a_gate()
    {
        await using var platform = await StartAsync();
        var collections = platform.Get<ICollections>();
        await collections.CreateAsync(Ada, "docs", new() { SparseVectors = new Dictionary<string, SparseVectorConfig> { ["words"] = new() { Idf = true } } }, None);
        var collection = await platform.OpenAsync("docs");
        var bm25 = new Bm25(new() { StopWords = StopWords.Of("english")!, Stemmer = Stemmer.English });
        string[] texts = ["wings in supersonic flow", "heat in slabs", "flow over plates", "boundary layers of plates"];
        await collection.UpsertAsync([.. texts.Select((text, i) => new Point(Id(i), new Dictionary<string, VectorValue> { ["words"] = bm25.Document(text) }))]);
        await platform.Get<IResources>().ApplyAsync(Ada, [new(AssetKind.Gate, "relevance", System.Text.Json.JsonSerializer.SerializeToElement(
            new GateSpec([new("good", "ndcg_at_10", AtLeast: 0.9), new("all", "recall_at_100", AtLeast: 1)]), Ledger.LedgerJson.Options))], ApplyMode.Apply, None);

        var relevance = platform.Get<IRelevance>();
        var set = new JudgementSet([new("a", "supersonic wing flow"), new("b", "plates"), new("none", "nothing")], [new("a", "0", 2), new("a", "2"), new("b", "2"), new("b", "3"), new("none", "1", 0)]);
        var report = await relevance.EvaluateAsync(Ada, "docs", new("questions", set, TextUsing: "words", Gate: "relevance"), None);
        Assert.Equal((2, 1), (report.Queries, report.Skipped));
        Assert.Equal(1, report.Metrics["ndcg_at_10"], 12);
        Assert.Equal(1, report.Metrics["map"], 12);
        Assert.True(report.Gate!.Passed);
        var run = await platform.Get<IRuns>().GetAsync(Ada, report.Run, None);
        Assert.Equal((RunStatus.Finished, "evaluate", "docs"), (run.Status, run.Kind, run.Folder));
        Assert.Equal(report.Metrics.OrderBy(metric => metric.Key), run.Metrics.OrderBy(metric => metric.Key));

        // The same questions again, by their name; a worse answer is seen, and refused.
        await collection.UpdateAsync(new DeletePoints(new([Id(0)], null)), None);
        var worse = await relevance.EvaluateAsync(Ada, "docs", new("questions", TextUsing: "words", Gate: "relevance"), None);
        Assert.Equal(report.Judgements, worse.Judgements);
        Assert.True(worse.Metrics["ndcg_at_10"] < 0.9);
        Assert.False(worse.Gate!.Passed);
        Assert.NotNull(await platform.Get<IAssets>().FindAsync(Ada, report.Judgements, None));
    }

    [Fact]
    public async Task What_cannot_be_measured_is_refused()
    {
        await using var platform = await StartAsync();
        await platform.CreateAsync("docs");
        var relevance = platform.Get<IRelevance>();
        await RefusedAsync("twice", new("q", new([new("a", "x"), new("a", "y")], [new("a", "1")])));
        await RefusedAsync("not among", new("q", new([new("a", "x")], [new("b", "1")])));
        await RefusedAsync("point's id", new("q", new([new("a", "x")], [new("a", "one")])));
        await RefusedAsync("above 0", new("q", new([new("a", "x")], [new("a", "1", 0)])));
        await RefusedAsync("nothing to search by", new("q", new([new("a", "x")], [new("a", "1")])));
        await RefusedAsync("depth", new("q", Depth: 5));
        await Assert.ThrowsAsync<NotFoundException>(() => relevance.EvaluateAsync(Ada, "docs", new("unknown"), None));

        async Task RefusedAsync(string reason, EvaluateCollection request) =>
            Assert.Contains(reason, (await Assert.ThrowsAsync<InvalidException>(() => relevance.EvaluateAsync(Ada, "docs", request, None))).Message, StringComparison.Ordinal);
    }

    private static PointId Id(int number) => PointId.Of((ulong)number);
}
