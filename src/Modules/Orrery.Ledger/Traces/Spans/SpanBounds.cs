using System.Diagnostics.CodeAnalysis;

namespace Orrery.Ledger.Traces.Spans;

/// <summary>
/// What a span may be. OpenTelemetry's SDKs keep 128 attributes, events and links of a span unless told otherwise
/// (opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits); a streamed answer may have an event for each token.
/// </summary>
internal static class SpanBounds
{
    public const int MaxSpans = 50_000;           // of one request
    public const int MaxAttributes = 1024;        // of a span, its resource, an event or a link
    public const int MaxEvents = 20_000;
    public const int MaxLinks = 1024;
    public const int MaxNameLength = 1024;
    public const int MaxKeyLength = 256;
    public const int MaxDepth = 32;               // of values within values
    public const int MaxValues = 100_000;         // in a span, at any depth
    private const int TraceDigits = 32;
    private const int SpanDigits = 16;

    /// <summary>Why a span cannot be kept.</summary>
    public static bool Refuses(TraceSpan span, [NotNullWhen(true)] out string? reason)
    {
        reason = Fault(span);
        return reason is not null;
    }

    private static string? Fault(TraceSpan span)
    {
        if (!IsId(span.TraceId, TraceDigits))
            return "the trace's id must be 16 bytes that are not all zero";
        if (!IsId(span.Id, SpanDigits))
            return "the span's id must be 8 bytes that are not all zero";
        if (span.ParentId is { } parent && !IsId(parent, SpanDigits))
            return "the parent's id must be 8 bytes that are not all zero, or missing";
        if (span.Name.Length > MaxNameLength)
            return $"its name has {span.Name.Length} characters; at most {MaxNameLength} are kept";
        if (span.Start < 0 || span.End < 0)
            return "a time lies beyond the year 2262";
        if (span.End < span.Start)
            return "it ends before it starts";
        if (span.Events.Count > MaxEvents)
            return $"it has {span.Events.Count} events; at most {MaxEvents} are kept";
        if (span.Links.Count > MaxLinks)
            return $"it has {span.Links.Count} links; at most {MaxLinks} are kept";
        var values = 0;
        return Fault(span.Attributes, ref values) ?? Fault(span.Resource, ref values)
            ?? First(span.Events, happened => happened.Attributes, ref values) ?? First(span.Links, link => link.Attributes, ref values);
    }

    private static string? First<T>(IReadOnlyList<T> owners, Func<T, IReadOnlyList<SpanAttribute>> attributes, ref int values)
    {
        foreach (var owner in owners)
        {
            if (Fault(attributes(owner), ref values) is { } fault)
                return fault;
        }

        return null;
    }

    private static string? Fault(IReadOnlyList<SpanAttribute> attributes, ref int values)
    {
        if (attributes.Count > MaxAttributes)
            return $"it has {attributes.Count} attributes in one place; at most {MaxAttributes} are kept";
        foreach (var (key, value) in attributes)
        {
            if (key.Length is 0 or > MaxKeyLength)
                return $"the name of an attribute has {key.Length} characters; expected 1 to {MaxKeyLength}";
            if (Fault(value, MaxDepth, ref values) is { } fault)
                return fault;
        }

        return null;
    }

    private static string? Fault(SpanValue value, int depth, ref int values)
    {
        if (depth == 0)
            return $"a value nests deeper than {MaxDepth} levels";
        if (++values > MaxValues)
            return $"it has more than {MaxValues} values";
        var within = value switch
        {
            SpanValue.Items items => items.Values,
            SpanValue.Fields fields => fields.Values.Select(field => field.Value),
            _ => [],
        };
        foreach (var inner in within)
        {
            if (Fault(inner, depth - 1, ref values) is { } fault)
                return fault;
        }

        return null;
    }

    private static bool IsId(string id, int digits) => id.Length == digits && id.All(char.IsAsciiHexDigitLower) && id.AsSpan().ContainsAnyExcept('0');
}
