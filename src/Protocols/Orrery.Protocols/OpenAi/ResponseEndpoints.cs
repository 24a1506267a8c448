using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orrery.Gateway;
using Orrery.Gateway.Responses;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Protocols.OpenAi;

/// <summary>OpenAI's Responses API.</summary>
internal sealed class ResponseEndpoints(IServiceProvider services)
{
    private const int MostItems = 100;

    private readonly Lazy<IResponses> _responses = new(services.GetRequiredService<IResponses>);
    private readonly Lazy<int> _mostBytes = new(() => services.GetRequiredService<IOptions<GatewayOptions>>().Value.MaxRequestBytes);

    public void Map(RouteGroupBuilder api)
    {
        api.MapPost("/responses", http => OpenAiErrors.AnswerAsync(http, CreateAsync));
        api.MapGet("/responses/{id}", http => OpenAiErrors.AnswerAsync(http, GetAsync));
        api.MapDelete("/responses/{id}", http => OpenAiErrors.AnswerAsync(http, DeleteAsync));
        api.MapPost("/responses/{id}/cancel", http => OpenAiErrors.AnswerAsync(http, CancelAsync));
        api.MapGet("/responses/{id}/input_items", http => OpenAiErrors.AnswerAsync(http, InputAsync));
    }

    private async Task CreateAsync(HttpContext http)
    {
        var reply = await _responses.Value.CreateAsync(http.Caller(), await OpenAiBody.ReadAsync(http, _mostBytes.Value), OpenAiEndpoints.Feature(http), http.RequestAborted);
        http.Response.Headers["x-orrery-target"] = Uri.EscapeDataString(reply.Target);
        if (reply.Whole is { } whole)
            await OpenAiEndpoints.WriteAsync(http, whole);
        else
            await StreamAsync(http, reply.Events!);
    }

    /// <summary>Named events, and no <c>[DONE]</c>: the last one says that it is.</summary>
    private static async Task StreamAsync(HttpContext http, IAsyncEnumerable<JsonObject> events)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        await foreach (var happened in events.WithCancellation(http.RequestAborted))
            await OpenAiEndpoints.SendAsync(http, OpenAiBody.Write(happened), happened["type"]!.ToString());
    }

    private async Task GetAsync(HttpContext http)
    {
        if (http.Request.Query["stream"] is ["true"])
            throw new InvalidException("A response that was made cannot be streamed again; read it without 'stream'.");
        await OpenAiEndpoints.WriteAsync(http, await _responses.Value.GetAsync(http.Caller(), Id(http), http.RequestAborted));
    }

    private async Task DeleteAsync(HttpContext http)
    {
        await _responses.Value.DeleteAsync(http.Caller(), Id(http), http.RequestAborted);
        await OpenAiEndpoints.WriteAsync(http, new JsonObject { ["id"] = Id(http), ["object"] = "response", ["deleted"] = true });
    }

    private async Task CancelAsync(HttpContext http) => await OpenAiEndpoints.WriteAsync(http, await _responses.Value.CancelAsync(http.Caller(), Id(http), http.RequestAborted));

    private async Task InputAsync(HttpContext http)
    {
        var limit = http.Request.Query["limit"] is [{ } text] ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given is >= 1 and <= MostItems ? given : throw Wrong("limit", $"must be 1 to {MostItems}") : 20;
        var order = http.Request.Query["order"] is [{ } word] ? word is "asc" or "desc" ? word : throw Wrong("order", "must be 'asc' or 'desc'") : "desc";
        IEnumerable<JsonObject> items = await _responses.Value.InputAsync(http.Caller(), Id(http), http.RequestAborted);
        if (order == "desc")
            items = items.Reverse();
        if (http.Request.Query["after"] is [{ } after])
            items = items.SkipWhile(item => item["id"]!.ToString() != after).Skip(1);
        var page = items.Take(limit + 1).ToList();
        var shown = page.Take(limit).ToList();
        await OpenAiEndpoints.WriteAsync(http, new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. shown.Select(item => (JsonNode)item.DeepClone())]),
            ["first_id"] = shown.FirstOrDefault()?["id"]?.DeepClone(),
            ["last_id"] = shown.LastOrDefault()?["id"]?.DeepClone(),
            ["has_more"] = page.Count > limit,
        });
    }

    private static string Id(HttpContext http) => (string?)http.GetRouteValue("id") ?? "";

    private static InvalidException Wrong(string param, string complaint) => new($"'{param}' {complaint}.") { Errors = new Dictionary<string, string> { [param] = complaint } };
}
