using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Traces.Spans;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>
/// Reads the file <c>traces.json</c> in which MLflow's clients keep the spans of a trace, in each form that it has had: ids in base64 (3.1 and later), in
/// hexadecimal (3.5.0), or within <c>context</c> with 0x before them (2.x).
/// </summary>
internal static class TraceFile
{
    public const string Name = "traces.json";

    /// <summary>A larger file stays a file, and its spans unread.</summary>
    public const int MaxBytes = 32 << 20;

    private const int TraceDigits = 32;
    private const int SpanDigits = 16;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128 };

    /// <exception cref="InvalidException">It is no such file.</exception>
    public static IReadOnlyList<TraceSpan> Read(ReadOnlyMemory<byte> file)
    {
        try
        {
            using var document = JsonDocument.Parse(file, Options);
            return [.. document.RootElement.GetProperty("spans").EnumerateArray().Select(Span)];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new InvalidException($"The file {Name} does not hold the spans of a trace: {error.Message}");
        }
    }

    private static TraceSpan Span(JsonElement span) => span.TryGetProperty("context", out var context) ? OldSpan(span, context) : new(
        Id(span.GetProperty("trace_id"), TraceDigits)!, Id(span.GetProperty("span_id"), SpanDigits)!, Id(Member(span, "parent_span_id"), SpanDigits), Text(span, "name"),
        Time(span.GetProperty("start_time_unix_nano")) ?? 0, Time(Member(span, "end_time_unix_nano")))
    {
        Status = Member(span, "status") is { ValueKind: JsonValueKind.Object } status ? Status(Text(status, "code")) : SpanStatus.Unset,
        StatusMessage = Member(span, "status") is { ValueKind: JsonValueKind.Object } why ? Text(why, "message") : "",
        Attributes = Attributes(Member(span, "attributes")),
        Events = Events(span, "time_unix_nano"),
    };

    private static TraceSpan OldSpan(JsonElement span, JsonElement context) => new(
        Id(context.GetProperty("trace_id"), TraceDigits)!, Id(context.GetProperty("span_id"), SpanDigits)!, Id(Member(span, "parent_id"), SpanDigits), Text(span, "name"),
        Time(span.GetProperty("start_time")) ?? 0, Time(Member(span, "end_time")))
    {
        Status = Status(Text(span, "status_code")),
        StatusMessage = Text(span, "status_message"),
        Attributes = Attributes(Member(span, "attributes")),
        Events = Events(span, "timestamp"),
    };

    private static IReadOnlyList<SpanEvent> Events(JsonElement span, string time) => Member(span, "events") is { ValueKind: JsonValueKind.Array } events
        ? [.. events.EnumerateArray().Select(happened => new SpanEvent(Time(happened.GetProperty(time)) ?? 0, Text(happened, "name"), Attributes(Member(happened, "attributes"))))]
        : [];

    // Clients write the value of an attribute as JSON within a text; what is none is the text itself.
    private static IReadOnlyList<SpanAttribute> Attributes(JsonElement? attributes) => attributes is { ValueKind: JsonValueKind.Object } map
        ? [.. map.EnumerateObject().Select(entry => new SpanAttribute(entry.Name, entry.Value.ValueKind == JsonValueKind.String ? Within(entry.Value.GetString()!) : SpanJson.Read(entry.Value)))]
        : [];

    private static SpanValue Within(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            return SpanJson.Read(document.RootElement);
        }
        catch (JsonException)
        {
            return new SpanValue.Text(text);
        }
    }

    private static string? Id(JsonElement? id, int digits)
    {
        if (id is not { ValueKind: JsonValueKind.String } given || given.GetString() is not { Length: > 0 } text)
            return null;
        if (text.StartsWith("0x", StringComparison.Ordinal))
            return text[2..].ToLowerInvariant().PadLeft(digits, '0');
        if (text.StartsWith(TraceSpan.TracePrefix, StringComparison.Ordinal))
            text = text[TraceSpan.TracePrefix.Length..];
        if (text.Length == digits && text.All(char.IsAsciiHexDigit))
            return text.ToLowerInvariant();
        return Base64.IsValid(text) ? Convert.ToHexStringLower(Convert.FromBase64String(text)) : text;
    }

    private static long? Time(JsonElement? time) => time switch
    {
        { ValueKind: JsonValueKind.Number } number => number.TryGetInt64(out var whole) ? whole : checked((long)number.GetDouble()),
        { ValueKind: JsonValueKind.String } text => long.Parse(text.GetString()!, NumberStyles.None, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static SpanStatus Status(string word) => word switch
    {
        "OK" or "STATUS_CODE_OK" => SpanStatus.Ok,
        "ERROR" or "STATUS_CODE_ERROR" => SpanStatus.Error,
        _ => SpanStatus.Unset,
    };

    private static string Text(JsonElement owner, string name) => Member(owner, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    private static JsonElement? Member(JsonElement owner, string name) => owner.TryGetProperty(name, out var member) ? member : null;
}
