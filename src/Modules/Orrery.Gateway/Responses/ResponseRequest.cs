using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Gateway.Providers.Local;

namespace Orrery.Gateway.Responses;

/// <summary>A request for a response, checked: the chat that it comes to, and the response as it is before the answer.</summary>
internal sealed record ResponseRequest(string Route, bool IsStreamed, bool IsStored, bool IsBackground, string? PreviousId, JsonArray Input, JsonObject Body)
{
    private static readonly string[] HandedOn = ["temperature", "top_p", "parallel_tool_calls", "user", "prompt_cache_key", "service_tier", "safety_identifier"];

    /// <exception cref="Kernel.InvalidException">A value is wrong, or asks for what is not there.</exception>
    public static ResponseRequest Read(JsonObject body)
    {
        var fields = new Fields(body);
        if (body["model"]?.GetValueKind() != JsonValueKind.String)
            throw ResponseItems.Wrong("model", "must be the name of a route");
        foreach (var name in (string[])["conversation", "prompt"])
        {
            if (body[name] is not null)
                throw ResponseItems.Wrong(name, "is not there; give 'previous_response_id' and 'input'");
        }

        if (body["metadata"] is not (null or JsonObject))
            throw ResponseItems.Wrong("metadata", "must be an object");
        foreach (var name in (string[])["instructions", "previous_response_id"])
        {
            if (body[name] is not null && body[name]!.GetValueKind() != JsonValueKind.String)
                throw ResponseItems.Wrong(name, "must be a string");
        }

        var isStored = body["store"] is null || fields.Flag("store");
        var isBackground = fields.Flag("background");
        if (isBackground && !isStored)
            throw ResponseItems.Wrong("background", "needs 'store': nobody could read the answer");
        return new(body["model"]!.GetValue<string>(), fields.Flag("stream"), isStored, isBackground, fields.Text("previous_response_id"), ResponseItems.Read(body["input"]), body);
    }

    /// <summary>The chat that a route is asked.</summary>
    public GatewayRequest Chat(JsonArray conversation)
    {
        var fields = new Fields(Body);
        var chat = new JsonObject { ["model"] = Route, ["messages"] = ResponseItems.Messages(fields.Text("instructions"), conversation) };
        foreach (var name in HandedOn)
        {
            if (Body[name] is { } value)
                chat[name] = value.DeepClone();
        }

        if (Body["max_output_tokens"] is not null)
        {
            fields.Number("max_output_tokens", 1, int.MaxValue, 1);
            chat["max_completion_tokens"] = Body["max_output_tokens"]!.DeepClone();
        }

        if (fields.Object("reasoning")?.Text("effort") is { } effort)
            chat["reasoning_effort"] = effort;
        Tools(fields, chat);
        Format(fields, chat);
        if (IsStreamed)
            chat["stream_options"] = new JsonObject { ["include_usage"] = true };
        return new GatewayRequest(GatewayOperation.Chat, Route, chat, IsStreamed);
    }

    private static void Tools(Fields fields, JsonObject chat)
    {
        if (fields.Array("tools") is not { Count: > 0 } tools)
            return;
        chat["tools"] = new JsonArray([.. tools.Select((tool, i) =>
        {
            if (tool is not JsonObject || tool["type"]?.ToString() != "function")
                throw ResponseItems.Wrong($"tools[{i}].type", $"is '{(tool as JsonObject)?["type"]}', which is not there; function is");
            if (tool["name"]?.GetValueKind() != JsonValueKind.String)
                throw ResponseItems.Wrong($"tools[{i}].name", "must be a string");
            var function = new JsonObject { ["name"] = tool["name"]!.DeepClone(), ["parameters"] = tool["parameters"]?.DeepClone() ?? new JsonObject { ["type"] = "object", ["properties"] = new JsonObject() } };
            foreach (var name in (string[])["description", "strict"])
            {
                if (tool[name] is { } value)
                    function[name] = value.DeepClone();
            }

            return (JsonNode)new JsonObject { ["type"] = "function", ["function"] = function };
        })]);
        chat["tool_choice"] = fields.Node["tool_choice"] switch
        {
            JsonObject named when named["name"]?.GetValueKind() == JsonValueKind.String => new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = named["name"]!.DeepClone() } },
            JsonObject => throw ResponseItems.Wrong("tool_choice", "must be auto, none, required, or a function with its name"),
            null => "auto",
            var word => word.DeepClone(),
        };
    }

    private static void Format(Fields fields, JsonObject chat)
    {
        if (fields.Object("text")?.Object("format") is not { } format)
            return;
        switch (format.Text("type"))
        {
            case "text":
                break;
            case "json_object":
                chat["response_format"] = new JsonObject { ["type"] = "json_object" };
                break;
            case "json_schema":
                var schema = (JsonObject)format.Node.DeepClone();
                schema.Remove("type");
                chat["response_format"] = new JsonObject { ["type"] = "json_schema", ["json_schema"] = schema };
                break;
            default:
                throw ResponseItems.Wrong("text.format.type", "must be text, json_object or json_schema");
        }
    }

    /// <summary>The response before anything is answered.</summary>
    public JsonObject Begin(DateTimeOffset now)
    {
        JsonNode? Given(string name, JsonNode? otherwise = null) => Body[name]?.DeepClone() ?? otherwise;
        return new JsonObject
        {
            ["id"] = ResponseItems.NewId("resp"),
            ["object"] = "response",
            ["created_at"] = now.ToUnixTimeSeconds(),
            ["status"] = IsBackground ? "queued" : "in_progress",
            ["background"] = IsBackground,
            ["error"] = null,
            ["incomplete_details"] = null,
            ["instructions"] = Given("instructions"),
            ["max_output_tokens"] = Given("max_output_tokens"),
            ["model"] = Route,
            ["output"] = new JsonArray(),
            ["parallel_tool_calls"] = Given("parallel_tool_calls", true),
            ["previous_response_id"] = PreviousId,
            ["reasoning"] = Given("reasoning", new JsonObject { ["effort"] = null, ["summary"] = null }),
            ["store"] = IsStored,
            ["temperature"] = Given("temperature", 1),
            ["text"] = Given("text", new JsonObject { ["format"] = new JsonObject { ["type"] = "text" } }),
            ["tool_choice"] = Given("tool_choice", "auto"),
            ["tools"] = Given("tools", new JsonArray()),
            ["top_p"] = Given("top_p", 1),
            ["truncation"] = "disabled",
            ["usage"] = null,
            ["user"] = Given("user"),
            ["metadata"] = Given("metadata", new JsonObject()),
        };
    }
}
