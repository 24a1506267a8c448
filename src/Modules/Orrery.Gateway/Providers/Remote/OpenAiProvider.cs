using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Gateway.Routes;

namespace Orrery.Gateway.Providers.Remote;

/// <summary>Whoever speaks OpenAI's API over HTTP: OpenAI, Azure, vLLM, llama.cpp's server, Ollama. Bodies are handed on as they came.</summary>
internal sealed class OpenAiProvider(RemoteExchange exchange) : IProvider
{
    /// <summary>The oldest version that has structured answers, where a target names none.</summary>
    private const string AzureVersion = "2024-10-21";

    public Task<JsonObject> AskAsync(TargetSpec target, GatewayRequest request, CancellationToken cancellationToken) => exchange.AskAsync(target, Message(target, request), cancellationToken);

    public IAsyncEnumerable<JsonObject> StreamAsync(TargetSpec target, GatewayRequest request, CancellationToken cancellationToken) => exchange.StreamAsync(target, Message(target, request), cancellationToken);

    private static RemoteMessage Message(TargetSpec target, GatewayRequest request)
    {
        var body = (JsonObject)request.Body.DeepClone();
        body["model"] = target.Model;
        if (request.IsStreamed)
        {
            // Usage is counted whether or not the client asked for it.
            body["stream"] = true;
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        }

        var isAzure = target.Provider == ProviderKind.Azure;
        return new(Address(target, request.Operation), body, isAzure ? "api-key" : "Authorization", isAzure ? "" : "Bearer ", "OpenAI's API");
    }

    private static Uri Address(TargetSpec target, GatewayOperation operation)
    {
        var path = operation switch
        {
            GatewayOperation.Chat => "chat/completions",
            GatewayOperation.Completion => "completions",
            GatewayOperation.Ranking => "rerank",
            GatewayOperation.Moderation => "moderations",
            _ => "embeddings",
        };
        var root = target.Url!.TrimEnd('/');
        return new Uri(target.Provider switch
        {
            ProviderKind.Azure => $"{root}/openai/deployments/{Uri.EscapeDataString(target.Model)}/{path}?api-version={Uri.EscapeDataString(target.ApiVersion ?? AzureVersion)}",
            ProviderKind.Ollama when !root.EndsWith("/v1", StringComparison.Ordinal) => $"{root}/v1/{path}",
            _ => $"{root}/{path}",
        });
    }
}
