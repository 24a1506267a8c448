using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>
/// Writes answers as MLflow's server does: proto3 JSON with the fields' own names, 64-bit integers as numbers, NaN and infinities as words, fields
/// that are not set left out. Source: protobuf.dev/programming-guides/json, mlflow/utils/proto_json_utils.py (3.5).
/// </summary>
internal static class MlflowJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Answers with an object that <paramref name="fields"/> writes the members of.</summary>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> fields)
    {
        using var body = new AnswerBuffer();
        Write(body, fields);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length; // a known length spares chunked encoding
        await body.WriteToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>Writes an object that <paramref name="fields"/> writes the members of.</summary>
    public static void Write(IBufferWriter<byte> body, Action<Utf8JsonWriter> fields)
    {
        using var json = new Utf8JsonWriter(body, Options);
        json.WriteStartObject();
        fields(json);
        json.WriteEndObject();
    }

    /// <summary>A number; JSON has no word for NaN and infinity, so they come as text.</summary>
    public static void WriteDouble(this Utf8JsonWriter json, ReadOnlySpan<byte> name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteString(name, double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8);
    }

    /// <summary>A text, left out where there is none.</summary>
    public static void WriteText(this Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    /// <summary>An instant in milliseconds since 1970, left out where there is none.</summary>
    public static void WriteTime(this Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } value)
            json.WriteNumber(name, value.ToUnixTimeMilliseconds());
    }

    /// <summary>A repeated message; left out where there is none, as protobuf does.</summary>
    public static void WriteEach<T>(this Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<T> items, Action<Utf8JsonWriter, T> fields)
    {
        var open = false;
        foreach (var item in items)
        {
            if (!open)
                json.WriteStartArray(name);
            open = true;
            json.WriteStartObject();
            fields(json, item);
            json.WriteEndObject();
        }

        if (open)
            json.WriteEndArray();
    }

    /// <summary>A map as the list of keys and values that MLflow's tags and parameters are.</summary>
    public static void WritePairs(this Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<KeyValuePair<string, string>> pairs) =>
        json.WriteEach(name, pairs, static (json, pair) =>
        {
            json.WriteString("key"u8, pair.Key);
            json.WriteString("value"u8, pair.Value);
        });
}
