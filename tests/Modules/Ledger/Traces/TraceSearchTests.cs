using Orrery.Kernel;
using Orrery.Ledger.Traces;
using Orrery.Ledger.Traces.Assessments;
using Orrery.Ledger.Traces.Spans;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;
using static Orrery.Ledger.Tests.Traces.Spans;

namespace Orrery.Ledger.Tests.Traces;

public sealed class TraceSearchTests
{
    [Theory]
    [InlineData("", "d c b a")]
    [InlineData("status = 'OK'", "c a")]
    [InlineData("trace.status != 'ok'", "d b")]
    [InlineData("status IN ('ERROR', 'IN_PROGRESS')", "d b")]
    [InlineData("attributes.timestamp_ms > 1767268801000", "d c")]
    [InlineData("execution_time >= 200 AND execution_time_ms <= 300", "c b")]
    [InlineData("end_time < 1767268801100", "a")]
    [InlineData("name = 'b'", "b")]
    [InlineData("tags.`mlflow.traceName` LIKE '_'", "d c b a")]
    [InlineData("tag.env = 'prod'", "b a")]
    [InlineData("tags.env IS NULL", "d c")]
    [InlineData("metadata.mlflow.trace.session = 's1'", "b a")]
    [InlineData("request_metadata.`mlflow.trace.session` = 's1' AND session != 's2'", "b a")]
    [InlineData("span.name = 'chat'", "c b")]
    [InlineData("span.type = 'CHAT_MODEL'", "c b")]
    // Of one span: in b the call failed, in c another step did.
    [InlineData("span.type = 'CHAT_MODEL' AND span.status = 'ERROR'", "b")]
    [InlineData("span.attributes.gen_ai.request.model = 'gpt-4'", "b")]
    [InlineData("span.attributes.`gen_ai.request.model` ILIKE 'GPT%'", "c b")]
    [InlineData("span.attributes.gen_ai.usage.input_tokens > 15", "c")]
    [InlineData("span.name = 'chat' AND span.attributes.missing IS NULL", "c b")]
    [InlineData("span.duration > 100", "c b")]
    [InlineData("total_tokens >= 30", "c")]
    [InlineData("total_tokens >= 29.5 AND total_tokens != 29.5", "c")]
    [InlineData("spans < 1e12", "d c b a")]
    [InlineData("spans = 1.5", "")]
    [InlineData("cost IS NOT NULL", "")]
    [InlineData("feedback.correct = 'true'", "a")]
    [InlineData("feedback.score > 0.5", "b")]
    [InlineData("feedback.score = 0.25", "a")]
    [InlineData("feedback.correct IS NULL", "d c b")]
    [InlineData("expectation.answer LIKE '%Paris%'", "c")]
    [InlineData("trace.text ILIKE '%capital of france%'", "c b")]
    [InlineData("text LIKE '%Paris%'", "c")]
    [InlineData("tags.`x'; DROP TABLE traces --` = 'y'", "")]
    public async Task A_filter_finds_what_it_says(string filter, string expected)
    {
        await using var platform = await FourAsync();
        Assert.Equal(expected, await FoundAsync(platform, filter));
    }

    [Theory]
    [InlineData("timestamp ASC", "a b c d")]
    [InlineData("execution_time DESC", "c b a d")] // d has none
    [InlineData("name", "a b c d")]
    [InlineData("status", "b d c a")]
    [InlineData("total_tokens", "b c d a")]
    [InlineData("tags.env", "b a d c")]
    [InlineData("experiment_id", "d c b a")]
    public async Task Traces_come_in_the_order_asked_for(string order, string expected)
    {
        await using var platform = await FourAsync();
        Assert.Equal(expected, await FoundAsync(platform, null, order));
        var traces = platform.Get<ITraces>();
        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var page = await traces.SearchAsync(Ada, new([0], null, [order], 3, cursor));
            paged.AddRange(page.Items.Select(trace => trace.Name!));
            cursor = page.Next;
        }
        while (cursor is not null);
        Assert.Equal(expected, string.Join(' ', paged));
    }

    [Theory]
    [InlineData("invalid.filter = 'x'", "Invalid entity type 'invalid'")]
    [InlineData("nothing = 'x'", "Invalid attribute key 'nothing'")]
    [InlineData("span.content = 'x'", "Invalid span attribute 'content'")]
    [InlineData("feedback.score > 'high'", "without quotes")]
    [InlineData("status > 'OK'", "Invalid comparator '>'")]
    [InlineData("timestamp = 'today'", "Expected numeric value")]
    [InlineData("experiment_id = 1", "ordered by")]
    [InlineData("span.attributes.", "Invalid span attribute")]
    public async Task A_filter_with_a_fault_says_where(string filter, string message)
    {
        await using var platform = await FourAsync();
        var error = await Assert.ThrowsAsync<InvalidException>(() => FoundAsync(platform, filter));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_overridden_is_not_found_any_more()
    {
        await using var platform = await FourAsync();
        var assessments = platform.Get<IAssessments>();
        var first = (await assessments.ListAsync(Ada, ["tr-a"]))["tr-a"].Single(said => said.Name == "correct");
        var second = await assessments.CreateAsync(Ada, "tr-a", new(AssessmentKind.Feedback, "correct", "false", new("HUMAN", "bob")) { Overrides = first.Id });
        Assert.Equal("", await FoundAsync(platform, "feedback.correct = 'true'"));
        await assessments.DeleteAsync(Ada, "tr-a", second.Id);
        Assert.Equal("a", await FoundAsync(platform, "feedback.correct = 'true'"));
    }

    [Fact]
    public async Task Two_conditions_are_counted_each_and_together()
    {
        await using var platform = await FourAsync();
        var counts = await platform.Get<ITraces>().CountAsync(Ada, [0], "tags.env = 'prod'", "status = 'OK'", "timestamp < 1767268803000");
        Assert.Equal(new(3, 2, 2, 1), counts);
        // log(3·1/(2·2)) / -log(1/3)
        Assert.Equal(-0.2618595071429148, TraceCorrelation.Npmi(counts), 12);
        Assert.Equal(-1, TraceCorrelation.Npmi(new(10, 3, 3, 0)));
        Assert.Equal(1, TraceCorrelation.Npmi(new(10, 10, 10, 10)));
        Assert.Equal(double.NaN, TraceCorrelation.Npmi(new(10, 0, 3, 0)));
        Assert.InRange(TraceCorrelation.Npmi(new(10, 3, 3, 0), TraceCorrelation.Smoothing), -0.99, 0);
    }

    private static async Task<string> FoundAsync(TestPlatform platform, string? filter, params string[] order) =>
        string.Join(' ', (await platform.Get<ITraces>().SearchAsync(Ada, new([0], filter, order))).Items.Select(trace => trace.Name));

    // a to d, a second apart; b and c ask a model, b's call fails.
    private static async Task<TestPlatform> FourAsync()
    {
        var platform = await StartAsync();
        var traces = platform.Get<ITraces>();
        var twelve = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        await traces.RecordAsync(Ada, New("a", TraceState.Ok, twelve, 100, "prod", "s1") with
        {
            Assessments = [new(AssessmentKind.Feedback, "correct", "true", new("HUMAN", "ada")), new(AssessmentKind.Feedback, "score", "0.25", new("CODE", "s"))],
        });
        await traces.RecordAsync(Ada, New("b", TraceState.Error, twelve.AddSeconds(1), 200, "prod", "s1") with { Assessments = [new(AssessmentKind.Feedback, "score", "0.75", new("CODE", "s"))] });
        await traces.RecordAsync(Ada, New("c", TraceState.Ok, twelve.AddSeconds(2), 300) with { Assessments = [new(AssessmentKind.Expectation, "answer", "\"It is Paris.\"", new("HUMAN", "ada"))] });
        await traces.RecordAsync(Ada, New("d", TraceState.InProgress, twelve.AddSeconds(3), null));
        await LogSpansAsync(traces);
        return platform;
    }

    private static NewTrace New(string name, TraceState state, DateTimeOffset at, int? milliseconds, string? environment = null, string? session = null)
    {
        var tags = new Dictionary<string, string> { [TraceKeys.Name] = name };
        if (environment is not null)
            tags["env"] = environment;
        return new(name is "b" or "c" ? IdOf(name) : $"tr-{name}", 0, state, at, milliseconds is { } length ? TimeSpan.FromMilliseconds(length) : null)
        {
            Tags = tags,
            Metadata = session is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [TraceKeys.Session] = session },
        };
    }

    private static async Task LogSpansAsync(ITraces traces)
    {
        var chat = Text("gen_ai.operation.name", "chat");
        await traces.LogAsync(Ada, 0,
        [
            Of("b", Span(1, "root", startMs: 1000, lengthMs: 200)),
            Of("b", Span(2, "chat", parent: 1, startMs: 1000, lengthMs: 150, attributes:
                [chat, Text("gen_ai.request.model", "gpt-4"), Whole("gen_ai.usage.input_tokens", 10), Text("gen_ai.prompt", "the capital of France?")]) with { Status = SpanStatus.Error }),
            Of("c", Span(1, "root", startMs: 2000, lengthMs: 300) with { Status = SpanStatus.Error }),
            Of("c", Span(2, "chat", parent: 1, startMs: 2000, lengthMs: 250, attributes:
                [chat, Text("gen_ai.request.model", "gpt-5"), Whole("gen_ai.usage.input_tokens", 20), Whole("gen_ai.usage.output_tokens", 20),
                    Text("gen_ai.prompt", "The capital of France?"), Text("gen_ai.completion", "Paris")])),
        ]);
    }

    // Spans know their trace by the id of OpenTelemetry.
    private static string IdOf(string name) => "tr-" + Digits(name);

    private static string Digits(string name) => new(name[0], 32);

    private static TraceSpan Of(string name, TraceSpan span) => span with { TraceId = Digits(name) };
}
