using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Protocols.Qdrant.Reading;
using Orrery.Search.Collections;

namespace Orrery.Protocols.Qdrant;

/// <summary>A request, and its answer in Qdrant's envelope: <c>{"result": …, "status": "ok", "time": seconds}</c>.</summary>
internal sealed partial class QdrantCall(HttpContext http)
{
    /// <summary>Deeper JSON is refused: each level is a call on the stack.</summary>
    internal const int MaxDepth = 200;

    private const int MaxNameLength = 255;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public Caller Caller { get; } = http.Caller();

    public CancellationToken Aborted => http.RequestAborted;

    public HttpContext Http => http;

    /// <summary>The collection in the path.</summary>
    public string Collection => Route("collection") is { Length: <= MaxNameLength } name
        ? name
        : throw new QdrantRefusal(422, $"Validation error in path parameters: [name: value too long, must be from 1 to {MaxNameLength} characters]");

    public string Route(string name) => (string?)http.GetRouteValue(name) ?? "";

    /// <summary>A query parameter that must be a positive number.</summary>
    public int? PositiveQuery(string name)
    {
        if (http.Request.Query[name] is not [{ Length: > 0 } text])
            return null;
        if (!int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value))
            throw new QdrantRefusal(400, $"Format error in query parameters: `{name}` is '{text}', which is no number");
        return value >= 1 ? value : throw new QdrantRefusal(422, $"Validation error in query parameters: [{name}: value {value} invalid, must be 1 or larger]");
    }

    /// <summary>The collection in the path, where the request's time is within its bounds.</summary>
    public async Task<ICollection> OpenAsync(Lazy<ICollections> collections)
    {
        var timeout = PositiveQuery("timeout");
        var collection = await collections.Value.OpenAsync(Caller, Collection, Aborted);
        collection.Config.Strict.Require("max_timeout", timeout, "timeout");
        return collection;
    }

    /// <summary>Whether a query parameter is true.</summary>
    public bool Flag(string name) => http.Request.Query[name] is [var text] && string.Equals(text, "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Answers 202 where the client said that it does not wait; it is done all the same.</summary>
    public void AcceptUnlessWaited()
    {
        if (http.Request.Query["wait"] is ["false"])
            http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary>The body; its memory lives as long as the document.</summary>
    public async Task<JsonDocument> BodyAsync()
    {
        if (http.Request.ContentLength is 0)
            return JsonDocument.Parse("{}");
        try
        {
            return await TextEmbedding.ResolveAsync(await JsonDocument.ParseAsync(http.Request.Body, new() { MaxDepth = MaxDepth }, Aborted), this);
        }
        catch (JsonException error)
        {
            throw QdrantRefusal.Format(error.Message);
        }
    }

    /// <summary>The body as it came; to be disposed of.</summary>
    public Task<RequestBytes> BytesAsync() => RequestBytes.ReadAsync(http.Request, Aborted);

    /// <summary>Bytes as a document, in whose place they are.</summary>
    public static JsonDocument Document(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes.IsEmpty ? "{}"u8.ToArray() : bytes, new() { MaxDepth = MaxDepth });
        }
        catch (JsonException error)
        {
            throw QdrantRefusal.Format(error.Message);
        }
    }

    /// <summary>The same, with vectors in the place of texts that a model of the gateway embeds.</summary>
    public Task<JsonDocument> DocumentAsync(ReadOnlyMemory<byte> bytes) => TextEmbedding.ResolveAsync(Document(bytes), this);

    /// <summary>Runs a handler and writes what it answers, or why it refuses.</summary>
    public static async Task AnswerAsync(HttpContext http, Func<QdrantCall, Task<Action<Utf8JsonWriter>>> handler)
    {
        var began = Stopwatch.GetTimestamp();
        ArrayBufferWriter<byte>? body = null;
        await TryAsync(http, async call =>
        {
            var result = await handler(call);
            body = new(1024);
            Write(body, result, began, http.Response.StatusCode == StatusCodes.Status202Accepted);
        });
        if (body is not null)
            await SendAsync(http, body);
    }

    /// <summary>Runs what writes its answer itself; why it refuses is written here.</summary>
    public static async Task TryAsync(HttpContext http, Func<QdrantCall, Task> handler)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await handler(new(http));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to hear.
        }
        catch (Exception error) when (!http.Response.HasStarted)
        {
            if (QdrantRefusal.Of(error) is null)
                Failed(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger<QdrantCall>(), http.Request.Path, error);
            var (status, message) = QdrantRefusal.Of(error) ?? (StatusCodes.Status500InternalServerError, "Service internal error: the server's log has the reason.");
            http.Response.StatusCode = status;
            if (error is QuotaExceededException { RetryAfter: { } wait })
                http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            var body = new ArrayBufferWriter<byte>();
            WriteError(body, message, began);
            await SendAsync(http, body);
        }
    }

    private static async Task SendAsync(HttpContext http, ArrayBufferWriter<byte> body)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.WrittenCount;
        await http.Response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted);
    }

    private static void Write(ArrayBufferWriter<byte> body, Action<Utf8JsonWriter> result, long began, bool isAccepted)
    {
        using var writer = new Utf8JsonWriter(body, Writing);
        writer.WriteStartObject();
        if (!isAccepted)
        {
            writer.WritePropertyName("result"u8);
            result(writer);
        }

        writer.WriteString("status"u8, isAccepted ? "accepted"u8 : "ok"u8);
        writer.WriteNumber("time"u8, Stopwatch.GetElapsedTime(began).TotalSeconds);
        writer.WriteEndObject();
    }

    private static void WriteError(ArrayBufferWriter<byte> body, string message, long began)
    {
        using var writer = new Utf8JsonWriter(body, Writing);
        writer.WriteStartObject();
        writer.WriteStartObject("status"u8);
        writer.WriteString("error"u8, message);
        writer.WriteEndObject();
        writer.WriteNumber("time"u8, Stopwatch.GetElapsedTime(began).TotalSeconds);
        writer.WriteEndObject();
    }

    [LoggerMessage(LogLevel.Error, "The vector request to {Path} failed.")]
    private static partial void Failed(ILogger logger, string path, Exception error);
}
