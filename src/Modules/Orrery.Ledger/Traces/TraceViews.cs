using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Traces.Spans;

namespace Orrery.Ledger.Traces;

/// <summary>A trace in a list.</summary>
/// <param name="Id">What clients call it; its end is OpenTelemetry's id.</param>
/// <param name="Name">As its root span is called, unless somebody named it.</param>
/// <param name="Folder">The folder (experiment) that it is in.</param>
/// <param name="State">How it ended.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Milliseconds">How long it took; null while nobody says.</param>
/// <param name="Spans">How many spans are kept of it.</param>
/// <param name="Tokens">How many tokens language models read and wrote for it, where that is known.</param>
/// <param name="Cost">What they cost in US dollars, where whoever traced says so.</param>
/// <param name="Run">The run that it came from.</param>
/// <param name="Asked">The beginning of what was asked.</param>
/// <param name="Answered">The beginning of what was answered.</param>
/// <param name="Tags">Free labels.</param>
public sealed record TraceSummary(
    string Id, string? Name, string Folder, TraceState State, DateTimeOffset StartedAt, double? Milliseconds, int Spans, long? Tokens, double? Cost, RunId? Run,
    string? Asked, string? Answered, IReadOnlyDictionary<string, string> Tags)
{
    internal static TraceSummary Of(Trace trace, string folder) => new(
        trace.Id, trace.Name, folder, trace.State, trace.StartedAt, trace.Duration?.TotalMilliseconds, trace.Spans, trace.Usage?.TotalTokens, trace.Usage?.Cost,
        RunId.TryParse(trace.Metadata.GetValueOrDefault(TraceKeys.Run), out var run) ? run : null, trace.RequestPreview, trace.ResponsePreview, trace.Tags);
}

/// <summary>A span in the tree of its trace.</summary>
/// <param name="Id">16 hexadecimal digits.</param>
/// <param name="Parent">The span that this one is a part of.</param>
/// <param name="Depth">How many spans it is within.</param>
/// <param name="Name">What is done.</param>
/// <param name="Type">What sort of step it is: <c>LLM</c>, <c>TOOL</c>, <c>RETRIEVER</c> …</param>
/// <param name="Status">How it ended.</param>
/// <param name="Message">Why it failed.</param>
/// <param name="Offset">Milliseconds from the beginning of the trace's first span.</param>
/// <param name="Milliseconds">How long it took; null while it has not ended.</param>
/// <param name="Attributes">What is known of it.</param>
public sealed record SpanView(
    string Id, string? Parent, int Depth, string Name, string? Type, SpanStatus Status, string? Message, double Offset, double? Milliseconds,
    IReadOnlyDictionary<string, JsonElement> Attributes)
{
    private const double NanosecondsPerMillisecond = 1e6;

    internal static SpanView Of(SpanInTree row, long start) => new(
        row.Span.Id, row.Span.ParentId, row.Depth, row.Span.Name, SpanFacts.Type(row.Span), row.Span.Status, row.Span.StatusMessage is { Length: > 0 } why ? why : null,
        (row.Span.Start - start) / NanosecondsPerMillisecond, (row.Span.End - row.Span.Start) / NanosecondsPerMillisecond,
        row.Span.Attributes.GroupBy(attribute => attribute.Key)
            .ToDictionary(same => same.Key, same => JsonSerializer.Deserialize<JsonElement>(same.Last().Value.ToJson())));
}

/// <summary>A trace with its spans, each below the one that it is a part of.</summary>
/// <param name="Trace">The trace.</param>
/// <param name="Metadata">What it came from: run, model, session, user.</param>
/// <param name="Spans">The spans; the first 1,000 of them.</param>
public sealed record TraceDetail(TraceSummary Trace, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<SpanView> Spans);
