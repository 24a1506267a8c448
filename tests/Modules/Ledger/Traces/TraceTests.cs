using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Traces;
using Orrery.Ledger.Traces.Assessments;
using Orrery.Ledger.Traces.Spans;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;
using static Orrery.Ledger.Tests.Traces.Spans;

namespace Orrery.Ledger.Tests.Traces;

public sealed class TraceTests
{
    private const string Id = "tr-" + TraceId;

    private static readonly DateTimeOffset Twelve = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Spans_alone_make_a_trace()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        await traces.LogAsync(Ada, 0, [Span(2, "call", parent: 1, startMs: 10, lengthMs: 50)]);
        var open = await traces.GetAsync(Ada, Id);
        Assert.Equal((TraceState.InProgress, 1, null), (open.State, open.Spans, open.Name));

        await traces.LogAsync(Ada, 0, [Span(1, "answer", attributes: [Text("mlflow.spanInputs", "why?"), Text("output.value", "because")])]);
        var done = await traces.GetAsync(Ada, Id);
        Assert.Equal((TraceState.Ok, 2, "answer", "why?", "because"), (done.State, done.Spans, done.Name, done.RequestPreview, done.ResponsePreview));
        Assert.Equal((Twelve, TimeSpan.FromMilliseconds(100)), (done.StartedAt, done.Duration));
        Assert.Equal(["answer", "call"], (await traces.SpansAsync(Ada, Id)).Select(span => span.Name));
    }

    [Fact]
    public async Task A_trace_is_found_by_the_bare_id_of_OpenTelemetry()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        await traces.LogAsync(Ada, 0, [Span(1, "answer")]);
        Assert.Equal(Id, (await traces.GetAsync(Ada, TraceId)).Id);
        Assert.Equal(Id, (await traces.GetAsync(Ada, TraceId.ToUpperInvariant())).Id);
        await Assert.ThrowsAsync<NotFoundException>(() => traces.GetAsync(Ada, TraceId[1..]));
    }

    [Fact]
    public async Task A_span_that_comes_again_replaces_itself()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        await traces.LogAsync(Ada, 0, [Span(1, "first", attributes: Text("a", "old"))]);
        await traces.LogAsync(Ada, 0, [Span(1, "again"), Span(1, "last", attributes: Text("a", "new"))]);
        Assert.Equal("last", Assert.Single(await traces.SpansAsync(Ada, Id)).Name);
        Assert.Equal(1, (await traces.GetAsync(Ada, Id)).Spans);
        Assert.Empty((await traces.SearchAsync(Ada, new([0], "span.attributes.a = 'old'"))).Items);
    }

    [Fact]
    public async Task What_a_client_says_completes_what_its_spans_said()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        await traces.LogAsync(Ada, 0, [Span(1, "root")]);
        var recorded = await traces.RecordAsync(Ada, new(Id, 0, TraceState.Error, Twelve, TimeSpan.FromSeconds(2))
        {
            Tags = new Dictionary<string, string> { [TraceKeys.Name] = "named", ["team"] = "ops" },
            Metadata = new Dictionary<string, string> { [TraceKeys.Session] = "s1" },
            Assessments = [new(AssessmentKind.Feedback, "good", "true", new("HUMAN", "ada"))],
        });
        Assert.Equal((TraceState.Error, 1, "named", "s1"), (recorded.State, recorded.Spans, recorded.Name, recorded.Metadata[TraceKeys.Session]));
        Assert.Equal(TimeSpan.FromSeconds(2), recorded.Duration);
        Assert.Equal("good", Assert.Single((await platform.Get<IAssessments>().ListAsync(Ada, [Id]))[Id]).Name);
    }

    [Fact]
    public async Task Tokens_are_counted_once_however_often_they_are_told()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        // The agent repeats the sum of its two calls; a third call is outside of it.
        await traces.LogAsync(Ada, 0,
        [
            Span(1, "root"),
            Span(2, "agent", parent: 1, attributes: [Whole("gen_ai.usage.input_tokens", 30), Whole("gen_ai.usage.output_tokens", 12), new("gen_ai.usage.cost", new SpanValue.Number(0.25))]),
            Span(3, "step", parent: 2),
            Span(4, "call", parent: 3, attributes: [Whole("gen_ai.usage.input_tokens", 10), Whole("gen_ai.usage.output_tokens", 5)]),
            Span(5, "call", parent: 2, attributes: [Whole("gen_ai.usage.input_tokens", 20), Whole("gen_ai.usage.output_tokens", 7)]),
            Span(6, "call", parent: 1, attributes: Text("mlflow.chat.tokenUsage", """{"input_tokens": 100, "output_tokens": 1, "total_tokens": 111}""")),
        ]);
        Assert.Equal(new(130, 13, 42 + 111, 0.25), (await traces.GetAsync(Ada, Id)).Usage);
    }

    [Fact]
    public async Task Parents_in_a_ring_end_in_an_answer()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        await traces.LogAsync(Ada, 0,
        [
            Span(1, "a", parent: 2, attributes: Whole("gen_ai.usage.input_tokens", 1)), Span(2, "b", parent: 3), Span(3, "c", parent: 2), Span(4, "d", parent: 4),
        ]);
        Assert.Equal(4, (await traces.SpansAsync(Ada, Id)).Count);
        Assert.Equal(1, (await traces.GetAsync(Ada, Id)).Usage!.InputTokens);
    }

    [Fact]
    public async Task What_is_out_of_bounds_is_left_out_with_its_reason()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        var deep = Enumerable.Range(0, 40).Aggregate(SpanValue.Nothing, (within, _) => new SpanValue.Items([within]));
        var good = Span(1, "good");
        TraceSpan[] bad =
        [
            good with { TraceId = new string('0', 32) }, good with { TraceId = "12" }, good with { Id = "0123456789abcdeg" }, good with { ParentId = "" },
            good with { End = good.Start - 1 }, good with { Start = -1 }, good with { Name = new string('n', 2000) },
            good with { Attributes = [.. Enumerable.Range(0, 2000).Select(i => Whole($"a{i}", i))] }, good with { Attributes = [Text("", "no name")] },
            good with { Attributes = [new("deep", deep)] },
            good with { Attributes = [new("wide", new SpanValue.Items([.. Enumerable.Repeat(SpanValue.Nothing, 1_000_000)]))] },
        ];
        foreach (var span in bad)
        {
            var receipt = await traces.LogAsync(Ada, 0, [span]);
            Assert.Equal((0, 1), (receipt.Kept, receipt.Rejected));
            Assert.NotNull(receipt.Reason);
        }

        var mixed = await traces.LogAsync(Ada, 0, [bad[0], good, bad[1]]);
        Assert.Equal((1, 2), (mixed.Kept, mixed.Rejected));
        Assert.Equal("good", Assert.Single(await traces.SpansAsync(Ada, Id)).Name);
    }

    [Fact]
    public async Task A_text_with_NUL_is_kept_as_it_is_and_searched_without()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        await traces.LogAsync(Ada, 0, [Span(1, "a\0b", attributes: Text("k\0", "v\0"))]);
        Assert.Equal("a\0b", Assert.Single(await traces.SpansAsync(Ada, Id)).Name);
        Assert.Equal("a\uFFFDb", Assert.Single((await traces.SearchAsync(Ada, new([0], "span.attributes.`k\uFFFD` = 'v\uFFFD'"))).Items).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("tr-a/b")]
    [InlineData("tr-..")]
    [InlineData("-tr")]
    [InlineData("tr-\0")]
    public async Task An_id_that_could_leave_its_folder_is_refused(string id)
    {
        await using var platform = await StartAsync();
        await Assert.ThrowsAsync<InvalidException>(() => platform.Get<ITraces>().RecordAsync(Ada, new(id, 0, TraceState.Ok, Twelve)));
    }

    [Fact]
    public async Task A_trace_needs_a_folder_that_is_there()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        await Assert.ThrowsAsync<NotFoundException>(() => traces.LogAsync(Ada, 99, [Span(1, "a")]));
        await Assert.ThrowsAsync<NotFoundException>(() => traces.RecordAsync(Ada, new("tr-1", 99, TraceState.Ok, Twelve)));
        var folder = await platform.Get<IFolders>().CreateAsync(Ada, new("gone"));
        await platform.Get<IFolders>().DeleteAsync(Ada, folder.Number);
        await Assert.ThrowsAsync<PreconditionFailedException>(() => traces.LogAsync(Ada, folder.Number, [Span(1, "a")]));
        Assert.Empty((await traces.SearchAsync(Ada, new([0, folder.Number]))).Items);
    }

    [Fact]
    public async Task A_trace_joins_the_lineage_of_its_run()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        var run = await platform.Runs().StartAsync(Ada, new("evaluate", "eval"));
        await traces.RecordAsync(Ada, new("tr-1", 0, TraceState.Ok, Twelve) { Metadata = new Dictionary<string, string> { [TraceKeys.Run] = run.Id.ToString() } });
        await traces.RecordAsync(Ada, new("tr-2", 0, TraceState.Ok, Twelve) { Tags = new Dictionary<string, string> { [TraceKeys.Name] = "second" } });
        await traces.RecordAsync(Ada, new("tr-3", 0, TraceState.Ok, Twelve) { Metadata = new Dictionary<string, string> { [TraceKeys.Run] = RunId.New(Twelve).ToString() } }); // of another server
        await traces.LinkAsync(Ada, ["tr-2", "tr-2"], run.Id);
        await traces.LinkAsync(Ada, ["tr-2"], run.Id);

        var graph = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(run.Id), LineageDirection.Downstream);
        Assert.Equal(["trace second", "trace tr-1"], graph.Nodes.Where(node => node.Id.Kind == LineageNodeKind.Signal).Select(node => node.Label).Order());
        Assert.Equal(["tr-1", "tr-2"], (await traces.SearchAsync(Ada, new([0], $"attribute.run_id = '{run.Id}'"))).Items.Select(trace => trace.Id));
        await Assert.ThrowsAsync<NotFoundException>(() => traces.LinkAsync(Ada, ["tr-2"], RunId.New(Twelve)));
        await Assert.ThrowsAsync<NotFoundException>(() => traces.LinkAsync(Ada, ["tr-9"], run.Id));
    }

    [Fact]
    public async Task Deleting_takes_the_oldest_first_and_leaves_nothing()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        foreach (var i in Enumerable.Range(1, 4))
            await traces.RecordAsync(Ada, new($"tr-{i}", 0, TraceState.Ok, Twelve.AddMinutes(i)));
        await traces.LogAsync(Ada, 0, [Span(1, "a", startMs: 3_600_000, attributes: Text("k", "v"))]);
        Assert.Equal(2, await traces.DeleteAsync(Ada, new(0, Twelve.AddMinutes(3), 2)));
        Assert.Equal(["tr-3", "tr-4"], (await traces.FindAsync(Ada, ["tr-1", "tr-2", "tr-3", "tr-4"])).Select(trace => trace.Id));
        Assert.Equal(1, await traces.DeleteAsync(Ada, new(0, Ids: ["tr-4", "tr-9"])));
        Assert.Equal(2, await traces.DeleteAsync(Ada, new(0, Twelve.AddDays(1))));
        await Assert.ThrowsAsync<NotFoundException>(() => traces.SpansAsync(Ada, Id));
        Assert.Equal(0, await traces.DeleteAsync(Ada, new(0, Twelve.AddDays(1))));
        foreach (var unclear in (TraceDeletion[])[new(0), new(0, Twelve, Ids: ["a"]), new(0, Ids: ["a"], Most: 1), new(0, Twelve, 0)])
            await Assert.ThrowsAsync<InvalidException>(() => traces.DeleteAsync(Ada, unclear));
    }

    [Fact]
    public async Task A_workspace_sees_its_own_traces_alone()
    {
        await using var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        await traces.LogAsync(Ada, 0, [Span(1, "a")]);
        var other = Ada with { Workspace = "other" };
        await Assert.ThrowsAsync<NotFoundException>(() => traces.GetAsync(other, Id));
        await Assert.ThrowsAsync<NotFoundException>(() => traces.SetTagsAsync(other, Id, new Dictionary<string, string?> { ["a"] = "b" }));
        Assert.Empty((await traces.SearchAsync(other, new([0]))).Items);
    }
}
