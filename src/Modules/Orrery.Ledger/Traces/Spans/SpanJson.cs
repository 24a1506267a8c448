using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orrery.Ledger.Traces.Spans;

/// <summary>Values of attributes as JSON, for people and for clients that keep them so. NaN and infinities are words, bytes are base64.</summary>
public static class SpanJson
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions Wide = Relaxed with { Indented = true };

    /// <summary>The value as JSON in one line.</summary>
    public static string ToJson(this SpanValue value) => Render(value, Relaxed);

    /// <summary>The value as people read it: a text as it is, unless it is JSON; all else as indented JSON.</summary>
    public static string ToReadable(this SpanValue value)
    {
        if (value is not SpanValue.Text { Value: var text })
            return Render(value, Wide);
        if (text.AsSpan().TrimStart() is not ['{' or '[', ..])
            return text;
        try
        {
            using var document = JsonDocument.Parse(text);
            return Render(json => document.RootElement.WriteTo(json), Wide);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    /// <summary>The value that JSON says.</summary>
    public static SpanValue Read(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => new SpanValue.Text(json.GetString()!),
        JsonValueKind.True or JsonValueKind.False => new SpanValue.Flag(json.GetBoolean()),
        JsonValueKind.Number => json.TryGetInt64(out var whole) ? new SpanValue.Whole(whole) : new SpanValue.Number(json.GetDouble()),
        JsonValueKind.Array => new SpanValue.Items([.. json.EnumerateArray().Select(Read)]),
        JsonValueKind.Object => new SpanValue.Fields([.. json.EnumerateObject().Select(field => new SpanAttribute(field.Name, Read(field.Value)))]),
        _ => SpanValue.Nothing,
    };

    /// <summary>Writes the value.</summary>
    public static void Write(Utf8JsonWriter json, SpanValue value)
    {
        switch (value)
        {
            case SpanValue.Text text:
                json.WriteStringValue(text.Value);
                break;
            case SpanValue.Flag flag:
                json.WriteBooleanValue(flag.Value);
                break;
            case SpanValue.Whole whole:
                json.WriteNumberValue(whole.Value);
                break;
            case SpanValue.Number { Value: var number } when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case SpanValue.Number { Value: var number }:
                json.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                break;
            case SpanValue.Bytes bytes:
                json.WriteBase64StringValue(bytes.Value.Span);
                break;
            case SpanValue.Items items:
                json.WriteStartArray();
                foreach (var item in items.Values)
                    Write(json, item);
                json.WriteEndArray();
                break;
            case SpanValue.Fields fields:
                json.WriteStartObject();
                foreach (var (key, field) in fields.Values)
                {
                    json.WritePropertyName(key);
                    Write(json, field);
                }

                json.WriteEndObject();
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static string Render(SpanValue value, JsonWriterOptions options) => Render(json => Write(json, value), options);

    private static string Render(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, options))
            write(json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
