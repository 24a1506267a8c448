using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Traces.Spans;

namespace Orrery.Protocols.Otlp;

/// <summary>
/// Reads an export in JSON: proto3's, but that ids are hexadecimal and enums are numbers; names in lowerCamelCase; 64-bit integers as text or numbers;
/// fields that are not known are passed over (opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding).
/// </summary>
internal static class OtlpJson
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 3 * OtlpBudget.MaxDepth };

    /// <exception cref="InvalidException">The text is no such message.</exception>
    public static IReadOnlyList<TraceSpan> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Options);
            var spans = new List<TraceSpan>();
            foreach (var ofResource in Each(document.RootElement, "resourceSpans"))
            {
                var resource = Field(ofResource, "resource") is { } from ? Attributes(from) : [];
                foreach (var ofScope in Each(ofResource, "scopeSpans"))
                {
                    var scope = Field(ofScope, "scope") is { } library ? new SpanScope(Text(library, "name"), Text(library, "version")) : SpanScope.None;
                    foreach (var span in Each(ofScope, "spans"))
                        spans.Add(Span(span, resource, scope));
                }
            }

            return spans;
        }
        catch (JsonException error)
        {
            throw new InvalidException($"The body is no JSON: {error.Message}");
        }
        catch (InvalidOperationException error)
        {
            // The one that is left when kinds were asked for: half of a surrogate pair in a text.
            throw new InvalidException($"A text in the body is no Unicode: {error.Message}");
        }
    }

    private static TraceSpan Span(JsonElement span, IReadOnlyList<SpanAttribute> resource, SpanScope scope)
    {
        var (parent, end, status) = (Id(span, "parentSpanId"), Time(span, "endTimeUnixNano"), Field(span, "status"));
        return new(Id(span, "traceId"), Id(span, "spanId"), parent.Length == 0 ? null : parent, Text(span, "name"), Time(span, "startTimeUnixNano"), end == 0 ? null : end)
        {
            Kind = OtlpWords.Kind((int)Math.Clamp(Whole(span, "kind"), -1, int.MaxValue)),
            Status = OtlpWords.Status(status is { } ended ? (int)Math.Clamp(Whole(ended, "code"), -1, int.MaxValue) : 0),
            StatusMessage = status is { } why ? Text(why, "message") : "",
            Attributes = Attributes(span),
            Events = [.. Each(span, "events").Select(e => new SpanEvent(Time(e, "timeUnixNano"), Text(e, "name"), Attributes(e), Count(e, "droppedAttributesCount")))],
            Links = [.. Each(span, "links").Select(Link)],
            Resource = resource,
            Scope = scope,
            State = Text(span, "traceState"),
            Flags = Count(span, "flags"),
            DroppedAttributes = Count(span, "droppedAttributesCount"),
            DroppedEvents = Count(span, "droppedEventsCount"),
            DroppedLinks = Count(span, "droppedLinksCount"),
        };
    }

    private static SpanLink Link(JsonElement link) => new(
        Id(link, "traceId"), Id(link, "spanId"), Text(link, "traceState"), Attributes(link), Count(link, "droppedAttributesCount"), Count(link, "flags"));

    private static IReadOnlyList<SpanAttribute> Attributes(JsonElement owner, string name = "attributes") =>
        [.. Each(owner, name).Select(pair => new SpanAttribute(Text(pair, "key"), Field(pair, "value") is { } value ? Value(value) : SpanValue.Nothing))];

    private static SpanValue Value(JsonElement value)
    {
        if (Find(value, "stringValue") is not null)
            return new SpanValue.Text(Text(value, "stringValue"));
        if (Find(value, "boolValue") is { } flag)
            return new SpanValue.Flag(flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : throw Wrong("boolValue", flag, "true or false"));
        if (Find(value, "intValue") is not null)
            return new SpanValue.Whole(Whole(value, "intValue"));
        if (Find(value, "doubleValue") is { } number)
            return new SpanValue.Number(Double(number));
        if (Field(value, "arrayValue") is { } items)
            return new SpanValue.Items([.. Each(items, "values").Select(Value)]);
        if (Field(value, "kvlistValue") is { } fields)
            return new SpanValue.Fields(Attributes(fields, "values"));
        if (Find(value, "bytesValue") is { } bytes)
            return new SpanValue.Bytes(bytes.ValueKind == JsonValueKind.String && bytes.TryGetBytesFromBase64(out var content) ? content : throw Wrong("bytesValue", bytes, "base64"));
        return SpanValue.Nothing;
    }

    private static IEnumerable<JsonElement> Each(JsonElement owner, string name)
    {
        if (Find(owner, name) is not { } list)
            return [];
        if (list.ValueKind != JsonValueKind.Array)
            throw Wrong(name, list, "a list");
        return list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object ? item : throw Wrong(name, item, "a list of objects"));
    }

    private static JsonElement? Find(JsonElement owner, string name)
    {
        if (owner.ValueKind != JsonValueKind.Object)
            throw Wrong(name, owner, "an object around it");
        return owner.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private static JsonElement? Field(JsonElement owner, string name) =>
        Find(owner, name) is { } value ? value.ValueKind == JsonValueKind.Object ? value : throw Wrong(name, value, "an object") : null;

    private static string Text(JsonElement owner, string name) =>
        Find(owner, name) is { } value ? value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, value, "a text") : "";

    // What is no id is left to be refused with its span alone.
    private static string Id(JsonElement owner, string name)
    {
        var id = Text(owner, name);
        return (id.Length <= 128 ? id : id[..128]).ToLowerInvariant();
    }

    // Beyond a long it is refused with its span, as in protobuf.
    private static long Time(JsonElement owner, string name)
    {
        if (Find(owner, name) is not { } value)
            return 0;
        var text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.ValueKind == JsonValueKind.Number ? value.GetRawText() : null;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var time) ? (long)time : throw Wrong(name, value, "nanoseconds since 1970");
    }

    private static uint Count(JsonElement owner, string name) =>
        Whole(owner, name) is var count and >= 0 and <= uint.MaxValue ? (uint)count : throw Wrong(name, Find(owner, name)!.Value, "a count");

    private static long Whole(JsonElement owner, string name)
    {
        if (Find(owner, name) is not { } value)
            return 0;
        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var number) => number,
            JsonValueKind.String when long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ => throw Wrong(name, value, "a whole number of 64 bits"),
        };
    }

    private static double Double(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String => value.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            var text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong("doubleValue", value, "a number"),
        },
        _ => throw Wrong("doubleValue", value, "a number"),
    };

    private static InvalidException Wrong(string name, JsonElement value, string expected)
    {
        const int most = 100; // a value may be a whole document
        var text = value.GetRawText();
        return new($"Expected {expected} as '{name}', got {(text.Length > most ? text[..most] + "…" : text)}.");
    }
}
