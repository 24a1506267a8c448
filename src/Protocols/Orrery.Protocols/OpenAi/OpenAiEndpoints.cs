using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orrery.Gateway;
using Orrery.Gateway.Calls;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Protocols.OpenAi;

/// <summary>OpenAI's API: a model is a route of the gateway. Source: github.com/openai/openai-openapi.</summary>
internal sealed class OpenAiEndpoints(IServiceProvider services)
{
    private readonly Lazy<IGateway> _gateway = new(services.GetRequiredService<IGateway>);
    private readonly Lazy<int> _mostBytes = new(() => services.GetRequiredService<IOptions<GatewayOptions>>().Value.MaxRequestBytes);

    public static void Map(IEndpointRouteBuilder routes) => new OpenAiEndpoints(routes.ServiceProvider).MapRoutes(routes);

    private void MapRoutes(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/v1").ExcludeFromDescription().RequireRole(Role.Viewer).WithMetadata(OpenAiRefusals.Writer);
        api.MapGet("/models", http => OpenAiErrors.AnswerAsync(http, ModelsAsync));
        api.MapGet("/models/{**model}", http => OpenAiErrors.AnswerAsync(http, ModelAsync));
        api.MapPost("/chat/completions", context => OpenAiErrors.AnswerAsync(context, http => AskAsync(http, GatewayOperation.Chat)));
        api.MapPost("/completions", context => OpenAiErrors.AnswerAsync(context, http => AskAsync(http, GatewayOperation.Completion)));
        api.MapPost("/embeddings", context => OpenAiErrors.AnswerAsync(context, http => AskAsync(http, GatewayOperation.Embedding)));
        new ResponseEndpoints(services).Map(api);
        api.MapPost("/moderations", context => OpenAiErrors.AnswerAsync(context, http => AskAsync(http, GatewayOperation.Moderation)));
        // Not OpenAI's: the form that Cohere and Jina share.
        api.MapPost("/rerank", context => OpenAiErrors.AnswerAsync(context, http => AskAsync(http, GatewayOperation.Ranking)));
    }

    private async Task ModelsAsync(HttpContext http)
    {
        var routes = await _gateway.Value.RoutesAsync(http.Caller(), http.RequestAborted);
        await WriteAsync(http, new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. routes.Select(route => (JsonNode)Model(route))]) });
    }

    private async Task ModelAsync(HttpContext http)
    {
        var name = (string?)http.GetRouteValue("model") ?? "";
        var route = (await _gateway.Value.RoutesAsync(http.Caller(), http.RequestAborted)).FirstOrDefault(route => route.Name == name)
            ?? throw new NotFoundException($"There is no model '{name}'.");
        await WriteAsync(http, Model(route));
    }

    private static JsonObject Model(RouteSummary route) => new() { ["id"] = route.Name, ["object"] = "model", ["created"] = route.DeclaredAt.ToUnixTimeSeconds(), ["owned_by"] = "orrery" };

    private async Task AskAsync(HttpContext http, GatewayOperation operation)
    {
        var request = OpenAiRequest.Read(await OpenAiBody.ReadAsync(http, _mostBytes.Value), operation);
        var reply = await _gateway.Value.AskAsync(http.Caller(), request with { Feature = Feature(http) }, http.RequestAborted);
        if (reply.Warning is { } warning)
            http.Response.Headers["x-orrery-budget"] = Uri.EscapeDataString(warning);
        http.Response.Headers["x-orrery-target"] = Uri.EscapeDataString(reply.Target);
        if (reply.Whole is { } whole)
            await WriteAsync(http, whole);
        else
            await StreamAsync(http, reply.Parts!);
    }

    /// <summary>What the request is for, in the report of usage.</summary>
    internal static string Feature(HttpContext http) => http.Request.Headers["x-orrery-feature"].ToString() is { Length: <= 128 } feature
        ? feature
        : throw new InvalidException("The header x-orrery-feature takes up to 128 characters.");

    private static async Task StreamAsync(HttpContext http, IAsyncEnumerable<JsonObject> parts)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        try
        {
            await foreach (var part in parts.WithCancellation(http.RequestAborted))
                await SendAsync(http, OpenAiBody.Write(part));
            await SendAsync(http, "[DONE]"u8.ToArray());
        }
        catch (OrreryException refusal)
        {
            // The status is long gone: clients read an error in the stream.
            await SendAsync(http, OpenAiBody.Write(OpenAiErrors.Body(refusal).Body));
        }
    }

    /// <summary>An event, with a name where the wire has names.</summary>
    internal static async Task SendAsync(HttpContext http, byte[] data, string? name = null)
    {
        byte[] head = name is null ? [] : System.Text.Encoding.UTF8.GetBytes($"event: {name}\n");
        byte[] line = [.. head, .. "data: "u8, .. data, .. "\n\n"u8];
        await http.Response.Body.WriteAsync(line, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    internal static async Task WriteAsync(HttpContext http, JsonObject body)
    {
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(OpenAiBody.Write(body), http.RequestAborted);
    }
}
