using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>What a request says: a JSON body, or the parameters of a GET's query. Its memory is shared; nothing of it may be kept.</summary>
internal sealed class MlflowBody : IDisposable
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    private readonly JsonDocument _document;

    // A batch has a hundred kilobytes, which would go to the large object heap each time.
    private byte[]? _rented;

    private MlflowBody(JsonDocument document, byte[]? rented = null) => (_document, _rented) = (document, rented);

    public JsonElement Root => _document.RootElement;

    public static async ValueTask<MlflowBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsGet(request.Method) && request.Query.Count > 0)
            return OfQuery(request.Query);
        if (HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method))
            CheckType(request.ContentType);
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            try
            {
                return OfBody(read.Buffer);
            }
            finally
            {
                reader.AdvanceTo(read.Buffer.End);
            }
        }
    }

    public void Dispose()
    {
        _document.Dispose();
        if (_rented is { } rented)
            ArrayPool<byte>.Shared.Return(rented);
        _rented = null;
    }

    private static void CheckType(string? contentType)
    {
        if (contentType is null)
            throw MlflowException.Invalid("Bad Request. Content-Type header is missing.");
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            throw MlflowException.Invalid("Bad Request. Content-Type must be one of ['application/json'].");
    }

    private static MlflowBody OfBody(ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty)
            return new(JsonDocument.Parse("{}"));
        // The document reads from what it was made of, and the pipe takes its memory back.
        var length = checked((int)body.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        JsonDocument? document = null;
        try
        {
            body.CopyTo(rented);
            document = Parse(rented.AsMemory(0, length));
            if (JsonText.Flaw(rented.AsSpan(0, length)) is { } flaw)
                throw MlflowException.Invalid($"The body is no text: {flaw}");
            var kind = document.RootElement.ValueKind;
            if (kind == JsonValueKind.Object)
            {
                var read = new MlflowBody(document, rented);
                (document, rented) = (null, null);
                return read;
            }

            // Old clients send the object as a text within JSON.
            if (kind == JsonValueKind.String && Parse(Encoding.UTF8.GetBytes(document.RootElement.GetString()!)) is { } within)
                return within.RootElement.ValueKind == JsonValueKind.Object ? new(within) : throw NoObject(within.RootElement.ValueKind);
            return kind == JsonValueKind.Null ? new(JsonDocument.Parse("{}")) : throw NoObject(kind);
        }
        finally
        {
            document?.Dispose();
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static MlflowException NoObject(JsonValueKind kind) => MlflowException.Invalid($"The body must be a JSON object; it is {kind}.");

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, Options);
        }
        catch (JsonException error)
        {
            if (BareNumbers.Quote(json.Span) is not { } quoted)
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

    private static MlflowBody OfQuery(IQueryCollection query)
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

        return new(JsonDocument.Parse(buffer.WrittenMemory));
    }
}
