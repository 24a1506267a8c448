using System.Globalization;
using System.Text;
using LinqToDB.Mapping;

namespace Orrery.Ledger.Traces.Spans;

[Table("trace_spans")]
internal sealed record SpanRow
{
    [PrimaryKey, Identity, Column("key")] public long Key { get; init; }
    [Column("trace_key")] public long TraceKey { get; init; }
    [Column("id")] public string Id { get; init; } = "";
    [Column("parent_id")] public string? ParentId { get; init; }
    [Column("name")] public string Name { get; init; } = "";
    [Column("type")] public string? Type { get; init; }
    [Column("status")] public string Status { get; init; } = "";

    /// <summary>In nanoseconds since 1970.</summary>
    [Column("started_at")] public long StartedAt { get; init; }

    /// <summary>In microseconds, as that of a trace.</summary>
    [Column("duration")] public long? Duration { get; init; }
    [Column("input_tokens")] public long? InputTokens { get; init; }
    [Column("output_tokens")] public long? OutputTokens { get; init; }
    [Column("total_tokens")] public long? TotalTokens { get; init; }
    [Column("cost")] public double? Cost { get; init; }

    /// <summary>The beginning of what it says, for the search of texts.</summary>
    [Column("text")] public string Text { get; init; } = "";

    /// <summary>The span by <see cref="SpanCodec"/>.</summary>
    [Column("content")] public byte[] Content { get; init; } = [];
}

/// <summary>A short value of a span's attribute, for search.</summary>
[Table("trace_span_values")]
internal sealed record SpanValueRow
{
    [PrimaryKey(1), Column("trace_key")] public long TraceKey { get; init; }
    [PrimaryKey(2), Column("span_id")] public string SpanId { get; init; } = "";
    [PrimaryKey(3), Column("name")] public string Name { get; init; } = "";
    [Column("value")] public string Value { get; init; } = "";
    [Column("number")] public double? Number { get; init; }
}

internal static class SpanRows
{
    /// <summary>Of a span's text that is searched. Longer ones are documents.</summary>
    public const int MaxTextLength = 4096;

    /// <summary>Of an attribute's value that is searched by its name: names, models, ids, settings. Longer ones are texts.</summary>
    public const int MaxValueLength = 250;

    /// <summary>Attributes of a span that are searched by their names; SDKs send at most 128.</summary>
    public const int MaxValues = 128;

    public static string Word(SpanStatus status) => status switch
    {
        SpanStatus.Ok => "OK",
        SpanStatus.Error => "ERROR",
        _ => "UNSET",
    };

    public static SpanRow Of(long trace, TraceSpan span)
    {
        var usage = SpanFacts.Usage(span);
        return new()
        {
            TraceKey = trace,
            Id = span.Id,
            ParentId = span.ParentId,
            Name = Cut(span.Name, SpanBounds.MaxNameLength),
            Type = SpanFacts.Type(span) is { } type ? Cut(type, MaxValueLength) : null,
            Status = Word(span.Status),
            StartedAt = span.Start,
            Duration = (span.End - span.Start) / 1000,
            InputTokens = usage?.InputTokens,
            OutputTokens = usage?.OutputTokens,
            TotalTokens = usage?.TotalTokens,
            Cost = usage?.Cost,
            Text = TextOf(span),
            Content = SpanCodec.Pack(span),
        };
    }

    /// <summary>The attributes that are searched by name. Of two with one name the last counts.</summary>
    public static IEnumerable<SpanValueRow> ValuesOf(long trace, TraceSpan span)
    {
        var found = new Dictionary<string, SpanValueRow>();
        foreach (var (key, value) in span.Attributes)
        {
            var name = Cut(key, SpanBounds.MaxKeyLength);
            if (Scalar(value) is var (text, number) && text.Length <= MaxValueLength && (found.Count < MaxValues || found.ContainsKey(name)))
                found[name] = new() { TraceKey = trace, SpanId = span.Id, Name = name, Value = Cut(text, MaxValueLength), Number = number };
        }

        return found.Values;
    }

    /// <summary>The beginning of a text as every database keeps it: never half a character, and no NUL, which PostgreSQL refuses.</summary>
    public static string Cut(string text, int most) =>
        (text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)]).Replace('\0', '\uFFFD');

    private static (string Text, double? Number)? Scalar(SpanValue value) => value switch
    {
        SpanValue.Text text => (text.Value, null),
        SpanValue.Flag flag => (flag.Value ? "true" : "false", null),
        SpanValue.Whole whole => (whole.Value.ToString(CultureInfo.InvariantCulture), whole.Value),
        SpanValue.Number number => (number.Value.ToString(CultureInfo.InvariantCulture), double.IsFinite(number.Value) ? number.Value : null),
        _ => null,
    };

    // Inputs and outputs first: they are what people search for.
    private static string TextOf(TraceSpan span)
    {
        var text = new StringBuilder(span.Name);
        Add(text, SpanFacts.Inputs(span));
        Add(text, SpanFacts.Outputs(span));
        if (span.StatusMessage.Length > 0)
            text.Append('\n').Append(span.StatusMessage);
        foreach (var attribute in span.Attributes)
        {
            if (text.Length >= MaxTextLength)
                break;
            if (attribute.Value is SpanValue.Text)
                Add(text, attribute.Value);
        }

        return Cut(text.ToString(), MaxTextLength);
    }

    private static void Add(StringBuilder text, SpanValue? value)
    {
        var room = MaxTextLength - text.Length;
        if (value is null || room <= 1)
            return;
        var said = value is SpanValue.Text { Value: var plain } ? plain : value.ToJson();
        text.Append('\n').Append(said.AsSpan(0, Math.Min(said.Length, room)));
    }
}
