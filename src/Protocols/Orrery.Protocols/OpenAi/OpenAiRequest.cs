using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Kernel;

namespace Orrery.Protocols.OpenAi;

/// <summary>Checks what every provider needs of a request; the rest is the provider's to judge.</summary>
internal static class OpenAiRequest
{
    private const string DefaultModeration = "omni-moderation-latest";

    public static GatewayRequest Read(JsonObject body, GatewayOperation operation)
    {
        // OpenAI's clients leave it out where there is only one model to speak of.
        if (operation == GatewayOperation.Moderation && body["model"] is null)
            body["model"] = DefaultModeration;
        if (body["model"]?.GetValueKind() != JsonValueKind.String)
            throw Wrong("model", "must be the name of a route");
        var isStreamed = body["stream"]?.GetValueKind() switch
        {
            null or JsonValueKind.Null or JsonValueKind.False => false,
            JsonValueKind.True => operation is GatewayOperation.Chat or GatewayOperation.Completion ? true : throw Wrong("stream", "is for texts alone"),
            _ => throw Wrong("stream", "must be true or false"),
        };
        if (body["stream_options"] is not (null or JsonObject))
            throw Wrong("stream_options", "must be an object");
        switch (operation)
        {
            case GatewayOperation.Chat:
                CheckMessages(body);
                break;
            case GatewayOperation.Completion:
                if (body["prompt"] is not JsonArray { Count: > 0 } && body["prompt"]?.GetValueKind() != JsonValueKind.String)
                    throw Wrong("prompt", "must be a string or an array that is not empty");
                break;
            case GatewayOperation.Moderation:
                if (body["input"]?.GetValueKind() != JsonValueKind.String && body["input"] is not JsonArray { Count: > 0 and <= 2048 })
                    throw Wrong("input", "must be a string or an array of 1 to 2048 entries");
                break;
            case GatewayOperation.Ranking:
                CheckRanking(body);
                break;
            default:
                CheckInput(body);
                break;
        }

        return new GatewayRequest(operation, body["model"]!.GetValue<string>(), body, isStreamed);
    }

    private static void CheckMessages(JsonObject body)
    {
        if (body["messages"] is not JsonArray { Count: > 0 } messages)
            throw Wrong("messages", "must be an array with at least one message");
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i] is not JsonObject message)
                throw Wrong($"messages[{i}]", "must be an object");
            if (message["role"]?.GetValueKind() != JsonValueKind.String)
                throw Wrong($"messages[{i}].role", "must be a string, as 'user'");
            if (message["content"] is not (null or JsonArray) && message["content"]!.GetValueKind() != JsonValueKind.String)
                throw Wrong($"messages[{i}].content", "must be a string or an array of parts");
        }
    }

    private static void CheckInput(JsonObject body)
    {
        if (body["input"] is not JsonArray { Count: > 0 and <= 2048 } && body["input"]?.GetValueKind() != JsonValueKind.String)
            throw Wrong("input", "must be a string or an array of 1 to 2048 entries");
        if (body["encoding_format"] is { } format && format.ToString() is not ("float" or "base64"))
            throw Wrong("encoding_format", "must be 'float' or 'base64'");
        if (body["dimensions"] is { } dimensions && !(dimensions is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out int count) && count > 0))
            throw Wrong("dimensions", "must be a whole number above 0");
    }

    private static void CheckRanking(JsonObject body)
    {
        if (body["query"]?.GetValueKind() != JsonValueKind.String)
            throw Wrong("query", "must be a string");
        if (body["documents"] is not JsonArray { Count: > 0 and <= 2048 } documents)
            throw Wrong("documents", "must be an array of 1 to 2048 texts");
        for (var i = 0; i < documents.Count; i++)
        {
            var text = documents[i] is JsonObject document ? document["text"] : documents[i];
            if (text?.GetValueKind() != JsonValueKind.String)
                throw Wrong($"documents[{i}]", "must be a text, or an object with a 'text'");
        }

        if (body["top_n"] is { } most && !(most is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out int count) && count > 0))
            throw Wrong("top_n", "must be a whole number above 0");
        if (body["return_documents"]?.GetValueKind() is not (null or JsonValueKind.True or JsonValueKind.False))
            throw Wrong("return_documents", "must be true or false");
    }

    private static InvalidException Wrong(string param, string complaint) => new($"'{param}' {complaint}.") { Errors = new Dictionary<string, string> { [param] = complaint } };
}
