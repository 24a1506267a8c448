using System.Text;
using System.Text.Json.Nodes;
using Orrery.Gateway.Usage;

namespace Orrery.Gateway.Responses;

/// <summary>Fills a response with what a chat answers, whole or in parts, and tells what happens as events.</summary>
internal sealed class ResponseAnswer(JsonObject response)
{
    private readonly SortedDictionary<int, JsonObject> _calls = [];
    private readonly StringBuilder _text = new();
    private JsonObject? _message;
    private string? _finish;
    private int _sequence;

    public JsonObject Response => response;

    private JsonArray Output => response["output"]!.AsArray();

    public IEnumerable<JsonObject> Begin()
    {
        yield return Event("response.created", "response", response.DeepClone());
        response["status"] = "in_progress";
        yield return Event("response.in_progress", "response", response.DeepClone());
    }

    /// <summary>A whole answer.</summary>
    public void Take(JsonObject answer)
    {
        var choice = answer["choices"]?[0] as JsonObject;
        foreach (var _ in Text(choice?["message"]?["content"]?.ToString() ?? ""))
        {
            // Nobody listens.
        }

        foreach (var (call, i) in (choice?["message"]?["tool_calls"] as JsonArray ?? []).Select((call, i) => (call as JsonObject ?? [], i)))
        {
            foreach (var _ in Call(i, call))
            {
                // Nor here.
            }
        }

        _finish = choice?["finish_reason"]?.ToString();
        Usage(answer["usage"] as JsonObject);
    }

    /// <summary>A part of an answer.</summary>
    public IEnumerable<JsonObject> TakePart(JsonObject part)
    {
        Usage(part["usage"] as JsonObject);
        if (part["choices"] is not JsonArray { Count: > 0 } choices || choices[0] is not JsonObject choice)
            yield break;
        _finish = choice["finish_reason"]?.ToString() ?? _finish;
        foreach (var happened in Text(choice["delta"]?["content"]?.ToString() ?? ""))
            yield return happened;
        foreach (var call in (choice["delta"]?["tool_calls"] as JsonArray ?? []).OfType<JsonObject>())
        {
            foreach (var happened in Call(call["index"] is JsonValue value && value.TryGetValue(out int index) ? index : 0, call))
                yield return happened;
        }
    }

    /// <summary>The answer is over.</summary>
    public IEnumerable<JsonObject> End()
    {
        var isWhole = _finish is not ("length" or "content_filter");
        if (_message is not null)
        {
            var place = Output.IndexOf(_message);
            _message["content"]![0]!["text"] = _text.ToString();
            _message["status"] = isWhole ? "completed" : "incomplete";
            yield return Part("response.output_text.done", _message, place, ("text", _text.ToString()), ("logprobs", new JsonArray()));
            yield return Part("response.content_part.done", _message, place, ("part", _message["content"]![0]!.DeepClone()));
            yield return Item("response.output_item.done", _message, place);
        }

        foreach (var call in _calls.Values)
        {
            var place = Output.IndexOf(call);
            call["status"] = isWhole ? "completed" : "incomplete";
            yield return Event("response.function_call_arguments.done", "item_id", call["id"]!.DeepClone(), ("output_index", place), ("arguments", call["arguments"]!.DeepClone()));
            yield return Item("response.output_item.done", call, place);
        }

        response["status"] = isWhole ? "completed" : "incomplete";
        if (!isWhole)
            response["incomplete_details"] = new JsonObject { ["reason"] = _finish == "length" ? "max_output_tokens" : "content_filter" };
        yield return Event($"response.{response["status"]}", "response", response.DeepClone());
    }

    /// <summary>It broke off.</summary>
    public JsonObject Fail(string message)
    {
        if (_message is not null)
            _message["content"]![0]!["text"] = _text.ToString();
        response["status"] = "failed";
        response["error"] = new JsonObject { ["code"] = "server_error", ["message"] = message };
        return Event("response.failed", "response", response.DeepClone());
    }

    private IEnumerable<JsonObject> Text(string delta)
    {
        if (delta.Length == 0)
            yield break;
        if (_message is null)
        {
            _message = new JsonObject { ["id"] = ResponseItems.NewId("msg"), ["type"] = "message", ["status"] = "in_progress", ["role"] = "assistant", ["content"] = new JsonArray() };
            Output.Add((JsonNode)_message);
            var place = Output.IndexOf(_message);
            yield return Item("response.output_item.added", _message, place);
            var part = new JsonObject { ["type"] = "output_text", ["text"] = "", ["annotations"] = new JsonArray(), ["logprobs"] = new JsonArray() };
            _message["content"]!.AsArray().Add((JsonNode)part);
            yield return Part("response.content_part.added", _message, place, ("part", part.DeepClone()));
        }

        _text.Append(delta);
        yield return Part("response.output_text.delta", _message, Output.IndexOf(_message), ("delta", delta), ("logprobs", new JsonArray()));
    }

    private IEnumerable<JsonObject> Call(int index, JsonObject part)
    {
        if (!_calls.TryGetValue(index, out var call))
        {
            _calls[index] = call = new JsonObject
            {
                ["id"] = ResponseItems.NewId("fc"),
                ["type"] = "function_call",
                ["status"] = "in_progress",
                ["call_id"] = part["id"]?.DeepClone() ?? ResponseItems.NewId("call"),
                ["name"] = part["function"]?["name"]?.DeepClone() ?? "",
                ["arguments"] = "",
            };
            Output.Add((JsonNode)call);
            yield return Item("response.output_item.added", call, Output.IndexOf(call));
        }

        if (part["function"]?["arguments"]?.ToString() is { Length: > 0 } arguments)
        {
            call["arguments"] = call["arguments"] + arguments;
            yield return Event("response.function_call_arguments.delta", "item_id", call["id"]!.DeepClone(), ("output_index", Output.IndexOf(call)), ("delta", arguments));
        }
    }

    private void Usage(JsonObject? usage)
    {
        if (usage is null)
            return;
        response["usage"] = new JsonObject
        {
            ["input_tokens"] = TokenUsage.Count(usage["prompt_tokens"]),
            ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = TokenUsage.Count(usage["prompt_tokens_details"]?["cached_tokens"]) },
            ["output_tokens"] = TokenUsage.Count(usage["completion_tokens"]),
            ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = TokenUsage.Count(usage["completion_tokens_details"]?["reasoning_tokens"]) },
            ["total_tokens"] = TokenUsage.Count(usage["prompt_tokens"]) + TokenUsage.Count(usage["completion_tokens"]),
        };
    }

    private JsonObject Item(string type, JsonObject item, int place) => Event(type, "output_index", place, ("item", item.DeepClone()));

    private JsonObject Part(string type, JsonObject message, int place, params ReadOnlySpan<(string Name, JsonNode Value)> more) =>
        Event(type, "item_id", message["id"]!.DeepClone(), [("output_index", place), ("content_index", 0), .. more]);

    private JsonObject Event(string type, string name, JsonNode value, params ReadOnlySpan<(string Name, JsonNode Value)> more)
    {
        var happened = new JsonObject { ["type"] = type, ["sequence_number"] = _sequence++, [name] = value };
        foreach (var (other, what) in more)
            happened[other] = what;
        return happened;
    }
}
