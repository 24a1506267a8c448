using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;

namespace Orrery.Gateway.Providers.Anthropic;

/// <summary>Messages of a chat: what the system says stands apart, and results of tools are the user's, all of one turn in one message.</summary>
internal static class AnthropicMessages
{
    public static JsonArray Write(JsonArray messages, out string system)
    {
        var (written, instructions) = (new JsonArray(), new List<string>());
        foreach (var message in messages.Select(item => item!.AsObject()))
        {
            switch (message["role"]!.ToString())
            {
                case "system" or "developer":
                    instructions.Add(string.Concat(Blocks(message["content"]).Select(block => block!["text"]?.ToString())));
                    break;
                case "tool":
                    var result = new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = message["tool_call_id"]?.DeepClone(), ["content"] = Blocks(message["content"]) };
                    Add(written, "user", [result]);
                    break;
                case "assistant":
                    Add(written, "assistant", [.. Blocks(message["content"]).Select(block => block!.DeepClone()), .. Calls(message["tool_calls"] as JsonArray ?? [])]);
                    break;
                case "user":
                    Add(written, "user", Blocks(message["content"]));
                    break;
                case var other:
                    throw new InvalidException($"The role '{other}' is none of system, developer, user, assistant and tool.");
            }
        }

        system = string.Join("\n\n", instructions);
        return written.Count > 0 ? written : throw new InvalidException("'messages' must hold one of the user's.");
    }

    /// <summary>Roles must take turns.</summary>
    private static void Add(JsonArray messages, string role, JsonArray blocks)
    {
        if (blocks.Count == 0)
            return;
        if (messages.LastOrDefault() is JsonObject last && last["role"]!.ToString() == role)
        {
            foreach (var block in blocks)
                last["content"]!.AsArray().Add(block!.DeepClone());
        }
        else
        {
            messages.Add((JsonNode)new JsonObject { ["role"] = role, ["content"] = blocks });
        }
    }

    private static JsonArray Blocks(JsonNode? content) => content switch
    {
        null => [],
        JsonArray parts => [.. parts.Select(Block)],
        // Empty texts are refused there.
        _ => content.ToString().Length == 0 ? [] : [new JsonObject { ["type"] = "text", ["text"] = content.ToString() }],
    };

    private static JsonNode Block(JsonNode? part)
    {
        switch ((part as JsonObject)?["type"]?.ToString())
        {
            case "text" or "refusal":
                return new JsonObject { ["type"] = "text", ["text"] = (part["text"] ?? part["refusal"])?.ToString() ?? "" };
            case "image_url" when (part["image_url"]?["url"]?.ToString() is { Length: > 0 } url):
                return new JsonObject { ["type"] = "image", ["source"] = Source(url) };
            default:
                throw new InvalidException("Each part of 'content' must be of type 'text' or 'image_url'.");
        }
    }

    private static JsonObject Source(string url)
    {
        if (!url.StartsWith("data:", StringComparison.Ordinal))
            return new() { ["type"] = "url", ["url"] = url };
        var comma = url.IndexOf(";base64,", StringComparison.Ordinal);
        return comma > 0
            ? new() { ["type"] = "base64", ["media_type"] = url[5..comma], ["data"] = url[(comma + 8)..] }
            : throw new InvalidException("An image in 'image_url' must be an address, or base64 (data:image/png;base64,…).");
    }

    private static IEnumerable<JsonNode> Calls(JsonArray calls) => calls.Select(call =>
    {
        var function = call?["function"] as JsonObject ?? throw new InvalidException("Each of 'tool_calls' needs a 'function'.");
        try
        {
            return (JsonNode)new JsonObject
            {
                ["type"] = "tool_use",
                ["id"] = call!["id"]?.DeepClone(),
                ["name"] = function["name"]?.DeepClone(),
                ["input"] = JsonNode.Parse(function["arguments"]?.ToString() is { Length: > 0 } arguments ? arguments : "{}"),
            };
        }
        catch (JsonException)
        {
            throw new InvalidException("The 'arguments' of a tool call are not JSON.");
        }
    });
}
