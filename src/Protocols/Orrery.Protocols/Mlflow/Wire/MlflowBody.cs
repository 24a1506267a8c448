using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>Reads what a request says: a JSON body, or the parameters of a GET's query.</summary>
internal static class MlflowBody
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <summary>The request as a JSON document, which the caller disposes.</summary>
    public static async ValueTask<JsonDocument> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsGet(request.Method) && request.Query.Count > 0)
            return OfQuery(request.Query);
        if (HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method))
            CheckType(request.ContentType);
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.IsCompleted)
            {
                try
                {
                    return Parse(read.Buffer);
                }
                finally
                {
                    reader.AdvanceTo(read.Buffer.End);
                }
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static void CheckType(string? contentType)
    {
        if (contentType is null)
            throw MlflowException.Invalid("Bad Request. Content-Type header is missing.");
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            throw MlflowException.Invalid("Bad Request. Content-Type must be one of ['application/json'].");
    }

    private static JsonDocument Parse(ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty)
            return JsonDocument.Parse("{}");
        // The document keeps what it parses, and the pipe takes its memory back.
        var bytes = body.ToArray();
        var document = Parse(bytes);
        if (document.RootElement.ValueKind == JsonValueKind.String)
        {
            // Old clients send the object as a text within JSON.
            var text = document.RootElement.GetString()!;
            document.Dispose();
            document = Parse(System.Text.Encoding.UTF8.GetBytes(text));
        }

        var kind = document.RootElement.ValueKind;
        if (kind == JsonValueKind.Object)
            return document;
        document.Dispose();
        return kind == JsonValueKind.Null ? JsonDocument.Parse("{}") : throw MlflowException.Invalid($"The body must be a JSON object; it is {kind}.");
    }

    private static JsonDocument Parse(byte[] json)
    {
        try
        {
            return JsonDocument.Parse(json, Options);
        }
        catch (JsonException error)
        {
            if (BareNumbers.Quote(json) is not { } quoted)
                throw MlflowException.Invalid($"The body is no JSON: {error.Message}");
            try
            {
                return JsonDocument.Parse(quoted, Options);
            }
            catch (JsonException)
            {
                throw MlflowException.Invalid($"The body is no JSON: {error.Message}");
            }
        }
    }

    private static JsonDocument OfQuery(IQueryCollection query)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, values) in query)
            {
                if (values.Count == 1)
                    json.WriteString(name, values[0]);
                else
                {
                    json.WriteStartArray(name);
                    foreach (var value in values)
                        json.WriteStringValue(value);
                    json.WriteEndArray();
                }
            }

            json.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.WrittenMemory);
    }
}
