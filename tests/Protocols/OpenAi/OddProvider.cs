using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orrery.Protocols.Tests.OpenAi;

/// <summary>A provider on a real port that does what the model's name says: answers, fails, hangs, breaks off, sends a web page.</summary>
internal sealed class OddProvider : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Model, JsonObject Body, string? Authorization)> _requests = new();

    private OddProvider(WebApplication app) => _app = app;

    public string Authority => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;

    /// <summary>What came, in order.</summary>
    public IReadOnlyList<(string Model, JsonObject Body, string? Authorization)> Requests => [.. _requests];

    /// <summary>Path, query and headers of each request, in order.</summary>
    public ConcurrentQueue<(string Path, IReadOnlyDictionary<string, string> Headers)> Addresses { get; } = new();

    /// <summary>Completed when a request to the model that hangs was given up by its caller.</summary>
    public TaskCompletionSource GivenUp { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<OddProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var provider = new OddProvider(app);
        app.Map("/{**path}", provider.AnswerAsync);
        await app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var body = (JsonObject)(await JsonNode.ParseAsync(http.Request.Body))!;
        var model = body["model"]!.ToString();
        _requests.Enqueue((model, body, http.Request.Headers.Authorization));
        Addresses.Enqueue((http.Request.Path + http.Request.QueryString, http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        switch (model)
        {
            case "hangs":
                await HangAsync(http);
                break;
            case "page":
                await WriteAsync(http, 200, "text/html", "<html><body>Sign in</body></html>");
                break;
            case "broken-json":
                await WriteAsync(http, 200, "application/json", """{"choices":[{"mess""");
                break;
            case "busy":
                await WriteAsync(http, 503, "text/html", "<h1>Bad gateway</h1>");
                break;
            case "limited":
                await WriteAsync(http, 429, "application/json", """{"error":{"message":"Slow down"}}""");
                break;
            case "wrong-key":
                await WriteAsync(http, 401, "application/json", """{"error":{"message":"Incorrect API key"}}""");
                break;
            case "refuses":
                await WriteAsync(http, 400, "application/json", """{"error":{"message":"temperature must be at most 2","type":"invalid_request_error"}}""");
                break;
            case "flaky" when Requests.Count(request => request.Model == "flaky") == 1:
                await WriteAsync(http, 500, "application/json", "{}");
                break;
            case "huge":
                await WriteAsync(http, 200, "application/json", "{\"x\":\"" + new string('a', 200_000) + "\"}");
                break;
            case var _ when http.Request.Path.Value!.EndsWith("/messages", StringComparison.Ordinal):
                await AnthropicExchange.AnswerAsync(http, body, model);
                break;
            case var _ when http.Request.Path.Value!.EndsWith("/moderations", StringComparison.Ordinal):
                await WriteAsync(http, 200, "application/json", """{"id":"modr-1","model":"m","results":[{"flagged":true,"categories":{"violence":true},"category_scores":{"violence":0.9}}]}""");
                break;
            default:
                await GoodAsync(http, body, model);
                break;
        }
    }

    private static async Task GoodAsync(HttpContext http, JsonObject body, string model)
    {
        if (http.Request.Path.Value!.EndsWith("/embeddings", StringComparison.Ordinal))
        {
            var isBase64 = body["encoding_format"]?.ToString() == "base64";
            var vector = isBase64 ? $"\"{Convert.ToBase64String([.. new[] { 0.5f, -1f }.SelectMany(BitConverter.GetBytes)])}\"" : "[0.5,-1]";
            await WriteAsync(http, 200, "application/json", $$$"""{"object":"list","data":[{"object":"embedding","index":0,"embedding":{{{vector}}}}],"model":"m","usage":{"prompt_tokens":3,"total_tokens":3}}""");
            return;
        }

        if (body["stream"]?.GetValue<bool>() != true)
        {
            await WriteAsync(http, 200, "application/json",
                """{"id":"x","object":"chat.completion","created":1,"model":"upstream","choices":[{"index":0,"text":"Hello","message":{"role":"assistant","content":"Hello"},"finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}""");
            return;
        }

        http.Response.ContentType = "text/event-stream";
        string[] words = ["Hel", "lo", " there"];
        for (var i = 0; i < words.Length; i++)
        {
            if (model == "half" && i == 2)
            {
                await http.Response.WriteAsync("data: {\"choices\":[{\"ind");
                return;
            }

            await http.Response.WriteAsync($$$"""data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"upstream","choices":[{"index":0,"delta":{"content":"{{{words[i]}}}"},"finish_reason":null}]}""" + "\n\n");
            await http.Response.Body.FlushAsync();
            if (model == "half-silent" && i == 1)
                await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
        }

        await http.Response.WriteAsync("""data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"upstream","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n");
        await http.Response.WriteAsync(""": a comment""" + "\n\n" + """data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"upstream","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8}}""" + "\n\ndata: [DONE]\n\n");
    }

    private async Task HangAsync(HttpContext http)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            GivenUp.TrySetResult();
        }
    }

    private static Task WriteAsync(HttpContext http, int status, string type, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        return http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();
    }
}
