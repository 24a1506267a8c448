using System.Text.Json;
using Orrery.Ledger.Traces.Spans;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>
/// The spans of a trace as MLflow's file <c>traces.json</c> has them: ids in base64, the value of each attribute as JSON within a text
/// (mlflow/entities/span.py to_dict, 3.5).
/// </summary>
internal static class TraceFileJson
{
    private const string RequestId = "mlflow.traceRequestId";

    public static void Write(Utf8JsonWriter json, string trace, IEnumerable<TraceSpan> spans)
    {
        json.WriteStartArray("spans"u8);
        foreach (var span in spans)
        {
            json.WriteStartObject();
            Write(json, trace, span);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string trace, TraceSpan span)
    {
        json.WriteString("trace_id"u8, Base64(span.TraceId));
        json.WriteString("span_id"u8, Base64(span.Id));
        json.WriteString("parent_span_id"u8, span.ParentId is { } parent ? Base64(parent) : null);
        json.WriteString("name"u8, span.Name);
        json.WriteNumber("start_time_unix_nano"u8, span.Start);
        if (span.End is { } end)
            json.WriteNumber("end_time_unix_nano"u8, end);
        else
            json.WriteNull("end_time_unix_nano"u8);
        json.WriteStartArray("events"u8);
        foreach (var happened in span.Events)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, happened.Name);
            json.WriteNumber("time_unix_nano"u8, happened.Time);
            json.WritePropertyName("attributes"u8);
            SpanJson.Write(json, new SpanValue.Fields(Unique(happened.Attributes)));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("status"u8);
        json.WriteString("code"u8, SpanWords.Status(span.Status));
        json.WriteString("message"u8, span.StatusMessage);
        json.WriteEndObject();
        json.WriteStartObject("attributes"u8);
        // Without it clients take the span for one of another program and refuse it.
        if (!span.Attributes.Any(attribute => attribute.Key == RequestId))
            json.WriteString(RequestId, new SpanValue.Text(trace).ToJson());
        foreach (var (key, value) in Unique(span.Attributes))
            json.WriteString(key, value.ToJson());
        json.WriteEndObject();
    }

    // Of two with one key the last counts; an object has each name once.
    private static IReadOnlyList<SpanAttribute> Unique(IReadOnlyList<SpanAttribute> attributes) =>
        [.. attributes.GroupBy(attribute => attribute.Key).Select(same => same.Last())];

    private static string Base64(string hex) => Convert.ToBase64String(Convert.FromHexString(hex));
}
