using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orrery.Kernel;

namespace Orrery.Protocols.OpenAi;

/// <summary>Reads and writes bodies. A body is read once and for all: what is handed on is a JSON object whose every text can be read.</summary>
internal static class OpenAiBody
{
    /// <summary>Letters as they are: an answer in Cyrillic is three times as long in escapes.</summary>
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 128, AllowDuplicateProperties = false };

    /// <exception cref="InvalidException">It is too large, or not a JSON object.</exception>
    public static async Task<JsonObject> ReadAsync(HttpContext http, int mostBytes)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int count; (count = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0;)
        {
            if (bytes.Length + count > mostBytes)
                throw new InvalidException($"The body is larger than {mostBytes} bytes.");
            bytes.Write(buffer, 0, count);
        }

        try
        {
            var body = JsonNode.Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), documentOptions: Strict) as JsonObject ?? throw new InvalidException("The body must be a JSON object.");
            Touch(body);
            return body;
        }
        catch (JsonException error)
        {
            throw new InvalidException($"The body is not JSON: {error.Message}");
        }
        catch (InvalidOperationException)
        {
            // .NET reads half of a surrogate pair only when the text is asked for.
            throw new InvalidException("The body holds a text that is not valid Unicode.");
        }
    }

    public static byte[] Write(JsonObject body) => JsonSerializer.SerializeToUtf8Bytes(body, Plain);

    private static void Touch(JsonNode? node)
    {
        if (node is JsonObject members)
        {
            foreach (var (_, value) in members)
                Touch(value);
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
                Touch(item);
        }
        else if (node is JsonValue value && value.GetValueKind() == JsonValueKind.String)
        {
            _ = value.GetValue<string>();
        }
    }
}
