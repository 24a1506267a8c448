using System.Text.Json.Nodes;

namespace Orrery.Gateway.Providers.Anthropic;

/// <summary>A whole answer in the form of OpenAI's chats.</summary>
internal static class AnthropicAnswer
{
    /// <summary>Null where it is no answer of this API.</summary>
    public static JsonObject? Whole(JsonObject answer, string model, bool isInSchema, TimeProvider time)
    {
        if (answer["content"] is not JsonArray blocks)
            return null;
        var text = string.Concat(blocks.Where(block => block?["type"]?.ToString() == "text").Select(block => block!["text"]?.ToString()));
        JsonNode[] uses = [.. blocks.Where(block => block?["type"]?.ToString() == "tool_use").Select(block => block!)];
        if (isInSchema && uses.Length > 0)
            (text, uses) = (uses[0]["input"]?.ToJsonString() ?? "{}", []);
        var message = new JsonObject { ["role"] = "assistant", ["content"] = text.Length == 0 && uses.Length > 0 ? null : text, ["refusal"] = null };
        if (uses.Length > 0)
        {
            message["tool_calls"] = new JsonArray([.. uses.Select(use => (JsonNode)new JsonObject
            {
                ["id"] = use["id"]?.DeepClone(),
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = use["name"]?.DeepClone(), ["arguments"] = use["input"]?.ToJsonString() ?? "{}" },
            })]);
        }

        return new JsonObject
        {
            ["id"] = answer["id"]?.DeepClone(),
            ["object"] = "chat.completion",
            ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
            ["model"] = model,
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["message"] = message, ["logprobs"] = null, ["finish_reason"] = Finish(answer["stop_reason"]?.ToString(), isInSchema) }),
            ["usage"] = Usage(answer["usage"] as JsonObject ?? []),
        };
    }

    public static string Finish(string? reason, bool isInSchema) => reason switch
    {
        "max_tokens" or "model_context_window_exceeded" => "length",
        "tool_use" => isInSchema ? "stop" : "tool_calls",
        "refusal" => "content_filter",
        _ => "stop",
    };

    /// <summary>What was read from and written to the cache are tokens of the prompt, which this API counts apart.</summary>
    public static JsonObject Usage(JsonObject usage)
    {
        var (cached, answered) = (Number(usage, "cache_read_input_tokens"), Number(usage, "output_tokens"));
        var asked = Number(usage, "input_tokens") + cached + Number(usage, "cache_creation_input_tokens");
        return new JsonObject
        {
            ["prompt_tokens"] = asked,
            ["completion_tokens"] = answered,
            ["total_tokens"] = asked + answered,
            ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = cached },
        };
    }

    private static long Number(JsonObject usage, string name) => usage[name] is JsonValue value && value.TryGetValue(out long number) && number >= 0 ? number : 0;
}
