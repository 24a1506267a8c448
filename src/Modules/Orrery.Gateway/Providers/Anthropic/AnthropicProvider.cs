using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Gateway.Providers.Remote;
using Orrery.Gateway.Routes;
using Orrery.Kernel;

namespace Orrery.Gateway.Providers.Anthropic;

/// <summary>Anthropic's Messages API (docs.anthropic.com/en/api/messages), asked and answered in the form of OpenAI's chats.</summary>
internal sealed class AnthropicProvider(RemoteExchange exchange, TimeProvider time) : IProvider
{
    private const string DefaultUrl = "https://api.anthropic.com";

    private static readonly Dictionary<string, string> Headers = new() { ["anthropic-version"] = "2023-06-01" };

    public async Task<JsonObject> AskAsync(TargetSpec target, GatewayRequest request, CancellationToken cancellationToken)
    {
        var message = Message(target, request);
        var answer = await exchange.AskAsync(target, message, cancellationToken);
        return AnthropicAnswer.Whole(answer, target.Model, message.Body["tool_choice"]?["name"]?.ToString() == AnthropicRequest.SchemaTool, time)
            ?? throw new ProviderFault(FaultKind.Passing, $"The provider of '{target.Model}' answered something that is not Anthropic's API: no content.");
    }

    public async IAsyncEnumerable<JsonObject> StreamAsync(TargetSpec target, GatewayRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var message = Message(target, request);
        var answer = new AnthropicStream(target.Model, message.Body["tool_choice"]?["name"]?.ToString() == AnthropicRequest.SchemaTool, time);
        await foreach (var part in exchange.StreamAsync(target, message, cancellationToken))
        {
            foreach (var chunk in answer.Take(part))
                yield return chunk;
        }
    }

    private static RemoteMessage Message(TargetSpec target, GatewayRequest request)
    {
        if (request.Operation != GatewayOperation.Chat)
            throw new ProviderFault(FaultKind.Lasting, $"Anthropic's '{target.Model}' chats and does nothing else.");
        JsonObject body;
        try
        {
            body = AnthropicRequest.Translate(request.Body, target.Model, request.IsStreamed);
        }
        catch (InvalidException refusal)
        {
            throw new ProviderFault(FaultKind.Refused, refusal.Message, refusal);
        }

        var root = (target.Url ?? DefaultUrl).TrimEnd('/');
        return new(new Uri(root.EndsWith("/v1", StringComparison.Ordinal) ? $"{root}/messages" : $"{root}/v1/messages"), body, "x-api-key", "", "Anthropic's API")
        {
            Headers = Headers,
            IsLast = part => part["type"]?.ToString() == "message_stop",
        };
    }
}
