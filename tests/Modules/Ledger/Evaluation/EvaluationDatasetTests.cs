using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Evaluation;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Traces;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Evaluation;

public sealed class EvaluationDatasetTests
{
    private static readonly Dictionary<string, string> NoTags = [];

    [Fact]
    public async Task Records_with_the_same_inputs_are_one()
    {
        await using var platform = await StartAsync();
        var datasets = platform.Get<IEvaluationDatasets>();
        var made = await datasets.CreateAsync(Ada, "qa", [0], NoTags);
        Assert.Equal(new(2, 0), await datasets.UpsertAsync(Ada, made.Id, [Record("""{"q": "a", "n": 1}""", """{"answer": "x"}""", """{"level": "easy"}"""), Record("""{"q": "b"}""")]));
        // The order of members and how a number is written are no difference.
        Assert.Equal(new(1, 2), await datasets.UpsertAsync(
            Ada, made.Id, [Record("""{"n": 1.0, "q": "a"}""", """{"score": 2}""", """{"more": "yes"}"""), Record("""{"q": "c"}"""), Record("""{"q": "c"}""", """{"answer": "z"}""")]));

        var records = (await datasets.RecordsAsync(Ada, made.Id, new())).Items;
        Assert.Equal(["a", "b", "c"], records.Select(record => JsonDocument.Parse(record.Inputs).RootElement.GetProperty("q").GetString()).Order());
        var a = records.Single(record => record.Inputs.Contains("\"a\"", StringComparison.Ordinal));
        Assert.Equal("""{"answer":"x","score":2}""", a.Expectations);
        Assert.Equal("""{"level":"easy","more":"yes"}""", a.Tags);
        Assert.Equal("""{"answer":"z"}""", records.Single(record => record.Inputs.Contains("\"c\"", StringComparison.Ordinal)).Expectations);
        var dataset = await datasets.GetAsync(Ada, made.Id);
        Assert.Equal((3, 3), (dataset.Records, dataset.Version));
        Assert.Equal("""{"inputs":{"q":"string","n":"integer"},"outputs":{},"expectations":{"answer":"string","score":"integer"},"version":"1.0"}""", dataset.Schema);
    }

    [Fact]
    public async Task Every_version_keeps_its_records_and_its_digest_tells_them_apart()
    {
        await using var platform = await StartAsync();
        var datasets = platform.Get<IEvaluationDatasets>();
        var id = (await datasets.CreateAsync(Ada, "qa", [], NoTags)).Id;
        await datasets.UpsertAsync(Ada, id, [Record("""{"q": 1}""", """{"a": 1}""")]);
        var second = await datasets.GetAsync(Ada, id);
        await datasets.UpsertAsync(Ada, id, [Record("""{"q": 1}""", """{"a": 2}"""), Record("""{"q": 2}""")]);
        var third = await datasets.GetAsync(Ada, id);
        await datasets.UpsertAsync(Ada, id, [Record("""{"q": 1}""", """{"a": 2}""")]); // nothing new
        Assert.Equal(third.Version, (await datasets.GetAsync(Ada, id)).Version);
        Assert.NotEqual(second.Digest, third.Digest);

        Assert.Empty((await datasets.RecordsAsync(Ada, id, new(), 1)).Items);
        Assert.Equal("""{"a": 1}""", Assert.Single((await datasets.RecordsAsync(Ada, id, new(), 2)).Items).Expectations);
        Assert.Equal(2, (await datasets.RecordsAsync(Ada, id, new(), 3)).Items.Count);
        Assert.Equal(
            (await datasets.RecordsAsync(Ada, id, new(), 2)).Items[0].Id,
            (await datasets.RecordsAsync(Ada, id, new(), 3)).Items.Single(record => record.Inputs.Contains('1', StringComparison.Ordinal)).Id);
    }

    [Fact]
    public async Task Records_come_in_pages_without_gaps()
    {
        await using var platform = await StartAsync();
        var datasets = platform.Get<IEvaluationDatasets>();
        var id = (await datasets.CreateAsync(Ada, "qa", [], NoTags)).Id;
        await datasets.UpsertAsync(Ada, id, [.. Enumerable.Range(0, 25).Select(i => Record($$"""{"q": {{i}}}"""))]);
        var seen = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await datasets.RecordsAsync(Ada, id, new(10, cursor));
            seen.AddRange(page.Items.Select(record => record.Id));
            if ((cursor = page.Next) is null)
                break;
        }

        Assert.Equal(25, seen.Distinct().Count());
        Assert.Equal(25, seen.Count);
    }

    [Fact]
    public async Task A_record_taken_from_a_trace_leads_back_to_it()
    {
        await using var platform = await StartAsync();
        var datasets = platform.Get<IEvaluationDatasets>();
        await platform.Get<ITraces>().RecordAsync(Ada, new("tr-1", 0, TraceState.Ok, DateTimeOffset.UnixEpoch));
        var id = (await datasets.CreateAsync(Ada, "qa", [], NoTags)).Id;
        var source = JsonSerializer.Deserialize<JsonElement>("""{"source_type": "trace", "source_data": {"trace_id": "tr-1"}}""");
        await datasets.UpsertAsync(Ada, id, [Record("""{"q": 1}""") with { Source = source }]);
        var graph = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Signal(ITraces.Stream, "tr-1"), LineageDirection.Downstream);
        Assert.Equal("evaluation-dataset/qa:2", Assert.Single(graph.Nodes, node => node.Id.Kind == LineageNodeKind.Version).Label);
    }

    [Fact]
    public async Task Datasets_are_found_by_experiment_name_and_tag()
    {
        await using var platform = await StartAsync();
        var datasets = platform.Get<IEvaluationDatasets>();
        var folder = (await platform.Get<IFolders>().CreateAsync(Ada, new("shop"))).Number;
        await datasets.CreateAsync(Ada, "a", [0], new Dictionary<string, string> { ["team"] = "ml" });
        var b = await datasets.CreateAsync(Ada, "b", [0, folder], new Dictionary<string, string> { ["team"] = "ops" });
        await datasets.CreateAsync(Ada, "c", [], NoTags);
        async Task<string> FoundAsync(EvaluationSearch search) => string.Join(' ', (await datasets.SearchAsync(Ada, search)).Items.Select(dataset => dataset.Name));
        Assert.Equal("c b a", await FoundAsync(new()));
        Assert.Equal("b", await FoundAsync(new([folder])));
        Assert.Equal("a", await FoundAsync(new(Filter: "tags.team = 'ml'")));
        Assert.Equal("b c", await FoundAsync(new(Filter: "name != 'a' AND created_by = 'user:ada'", OrderBy: ["name ASC"])));
        Assert.Equal("", await FoundAsync(new(Filter: "last_updated_by = 'user:bob'")));

        await datasets.AssociateAsync(Ada, b.Id, [], [folder, 0]);
        Assert.Equal("", await FoundAsync(new([folder])));
        await datasets.DeleteAsync(Ada, b.Id);
        await Assert.ThrowsAsync<NotFoundException>(() => datasets.GetAsync(Ada, b.Id));
        Assert.Equal("c a", await FoundAsync(new()));
        await datasets.CreateAsync(Ada, "b", [], NoTags); // the name is free again
    }

    [Fact]
    public async Task What_is_no_record_is_refused_and_nothing_is_kept()
    {
        await using var platform = await StartAsync();
        var datasets = platform.Get<IEvaluationDatasets>();
        var id = (await datasets.CreateAsync(Ada, "qa", [], NoTags)).Id;
        await Assert.ThrowsAsync<InvalidException>(() => datasets.UpsertAsync(Ada, id, [Record("""{"q": 1}"""), Record("[]")]));
        await Assert.ThrowsAsync<InvalidException>(() => datasets.UpsertAsync(Ada, id, [Record("""{"q": 1}""", "7")]));
        await Assert.ThrowsAsync<InvalidException>(() => datasets.UpsertAsync(Ada, id, [Record("""{"q": 1, "q": 2}""")]));
        await Assert.ThrowsAsync<QuotaExceededException>(() => datasets.UpsertAsync(Ada, id, [.. Enumerable.Repeat(Record("""{"q": 1}"""), 20_001)]));
        await Assert.ThrowsAsync<QuotaExceededException>(() => datasets.UpsertAsync(Ada, id, [Record($$"""{"q": "{{new string('x', 5 << 20)}}"}""")]));
        Assert.Equal((0, 1), ((await datasets.GetAsync(Ada, id)).Records, (await datasets.GetAsync(Ada, id)).Version));
        await Assert.ThrowsAsync<ConflictException>(() => datasets.CreateAsync(Ada, "qa", [], NoTags));
        await Assert.ThrowsAsync<NotFoundException>(() => datasets.CreateAsync(Ada, "other", [99], NoTags));
        await Assert.ThrowsAsync<NotFoundException>(() => datasets.GetAsync(Ada with { Workspace = "other" }, id));
    }

    private static NewEvaluationRecord Record(string inputs, string? expectations = null, string? tags = null) => new(Json(inputs), Expectations: Maybe(expectations), Tags: Maybe(tags));

    private static JsonElement? Maybe(string? json) => json is null ? null : Json(json);

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
