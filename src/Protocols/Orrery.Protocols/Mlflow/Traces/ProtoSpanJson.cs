using System.Text.Json;
using Orrery.Ledger.Traces.Spans;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>A span as OpenTelemetry's message in plain proto3 JSON (bytes in base64, enums by name), as MLflow's <c>Trace</c> holds it.</summary>
internal static class ProtoSpanJson
{
    public static void Write(Utf8JsonWriter json, TraceSpan span)
    {
        json.WriteBase64String("trace_id"u8, Convert.FromHexString(span.TraceId));
        json.WriteBase64String("span_id"u8, Convert.FromHexString(span.Id));
        if (span.State.Length > 0)
            json.WriteString("trace_state"u8, span.State);
        if (span.ParentId is { } parent)
            json.WriteBase64String("parent_span_id"u8, Convert.FromHexString(parent));
        json.WriteString("name"u8, span.Name);
        json.WriteString("kind"u8, SpanWords.Kind(span.Kind));
        json.WriteNumber("start_time_unix_nano"u8, span.Start);
        if (span.End is { } end)
            json.WriteNumber("end_time_unix_nano"u8, end);
        WriteAttributes(json, "attributes"u8, span.Attributes);
        json.WriteEach("events"u8, span.Events, static (json, happened) =>
        {
            json.WriteNumber("time_unix_nano"u8, happened.Time);
            json.WriteString("name"u8, happened.Name);
            WriteAttributes(json, "attributes"u8, happened.Attributes);
        });
        json.WriteEach("links"u8, span.Links, static (json, link) =>
        {
            json.WriteBase64String("trace_id"u8, Bytes(link.TraceId));
            json.WriteBase64String("span_id"u8, Bytes(link.SpanId));
            WriteAttributes(json, "attributes"u8, link.Attributes);
        });
        json.WriteStartObject("status"u8);
        json.WriteString("code"u8, SpanWords.Status(span.Status));
        if (span.StatusMessage.Length > 0)
            json.WriteString("message"u8, span.StatusMessage);
        json.WriteEndObject();
    }

    private static void WriteAttributes(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<SpanAttribute> attributes) =>
        json.WriteEach(name, attributes, static (json, attribute) =>
        {
            json.WriteString("key"u8, attribute.Key);
            json.WriteStartObject("value"u8);
            WriteValue(json, attribute.Value);
            json.WriteEndObject();
        });

    private static void WriteValue(Utf8JsonWriter json, SpanValue value)
    {
        switch (value)
        {
            case SpanValue.Text text:
                json.WriteString("string_value"u8, text.Value);
                break;
            case SpanValue.Flag flag:
                json.WriteBoolean("bool_value"u8, flag.Value);
                break;
            case SpanValue.Whole whole:
                json.WriteNumber("int_value"u8, whole.Value);
                break;
            case SpanValue.Number number:
                json.WriteDouble("double_value"u8, number.Value);
                break;
            case SpanValue.Bytes bytes:
                json.WriteBase64String("bytes_value"u8, bytes.Value.Span);
                break;
            case SpanValue.Items items:
                json.WriteStartObject("array_value"u8);
                json.WriteEach("values"u8, items.Values, WriteValue);
                json.WriteEndObject();
                break;
            case SpanValue.Fields fields:
                json.WriteStartObject("kvlist_value"u8);
                WriteAttributes(json, "values"u8, fields.Values);
                json.WriteEndObject();
                break;
        }
    }

    // A link's ids are the sender's own; those that are no ids are shown as none.
    private static byte[] Bytes(string hex) => hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hex) : [];
}
