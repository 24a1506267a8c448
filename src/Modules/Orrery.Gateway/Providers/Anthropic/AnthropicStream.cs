using System.Text.Json.Nodes;

namespace Orrery.Gateway.Providers.Anthropic;

/// <summary>Events of an answer, each as chunks of OpenAI's form.</summary>
internal sealed class AnthropicStream(string model, bool isInSchema, TimeProvider time)
{
    private readonly Dictionary<int, int> _calls = [];
    private readonly JsonObject _usage = [];
    private readonly long _created = time.GetUtcNow().ToUnixTimeSeconds();
    private string _id = "";

    public IEnumerable<JsonObject> Take(JsonObject part)
    {
        switch (part["type"]?.ToString())
        {
            case "message_start":
                _id = part["message"]?["id"]?.ToString() ?? "";
                Count(part["message"]?["usage"] as JsonObject);
                yield return Chunk(new() { ["role"] = "assistant", ["content"] = "" });
                break;
            case "content_block_start" when (part["content_block"]?["type"]?.ToString() == "tool_use" && !isInSchema):
                var call = _calls[Index(part)] = _calls.Count;
                yield return Call(new() { ["index"] = call, ["id"] = part["content_block"]!["id"]?.DeepClone(), ["type"] = "function", ["function"] = new JsonObject { ["name"] = part["content_block"]!["name"]?.DeepClone(), ["arguments"] = "" } });
                break;
            case "content_block_delta" when (part["delta"]?["type"]?.ToString() == "text_delta" && !isInSchema):
                yield return Chunk(new() { ["content"] = part["delta"]!["text"]?.ToString() });
                break;
            case "content_block_delta" when (part["delta"]?["type"]?.ToString() == "input_json_delta"):
                var json = part["delta"]!["partial_json"]?.ToString() ?? "";
                if (isInSchema)
                    yield return Chunk(new() { ["content"] = json });
                else if (_calls.TryGetValue(Index(part), out var known))
                    yield return Call(new() { ["index"] = known, ["function"] = new JsonObject { ["arguments"] = json } });
                break;
            case "message_delta":
                Count(part["usage"] as JsonObject);
                yield return Chunk([], AnthropicAnswer.Finish(part["delta"]?["stop_reason"]?.ToString(), isInSchema));
                break;
            case "message_stop":
                var last = Envelope();
                last["choices"] = new JsonArray();
                last["usage"] = AnthropicAnswer.Usage(_usage);
                yield return last;
                break;
        }
    }

    private static int Index(JsonObject part) => part["index"] is JsonValue value && value.TryGetValue(out int index) ? index : 0;

    private void Count(JsonObject? usage)
    {
        // Each event's numbers are totals so far.
        foreach (var (name, value) in usage ?? [])
            _usage[name] = value?.DeepClone();
    }

    private JsonObject Call(JsonObject call) => Chunk(new() { ["tool_calls"] = new JsonArray(call) });

    private JsonObject Chunk(JsonObject delta, string? finish = null)
    {
        var chunk = Envelope();
        chunk["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["logprobs"] = null, ["finish_reason"] = finish });
        return chunk;
    }

    private JsonObject Envelope() => new() { ["id"] = _id, ["object"] = "chat.completion.chunk", ["created"] = _created, ["model"] = model };
}
