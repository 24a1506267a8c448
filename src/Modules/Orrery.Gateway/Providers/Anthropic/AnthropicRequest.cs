using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Gateway.Providers.Local;
using Orrery.Kernel;

namespace Orrery.Gateway.Providers.Anthropic;

/// <summary>A chat of OpenAI's form as Anthropic's API wants it.</summary>
internal static class AnthropicRequest
{
    /// <summary>A schema for the answer is a tool that must be called: its arguments are the answer.</summary>
    public const string SchemaTool = "answer_in_schema";

    /// <summary>Anthropic asks for a bound always.</summary>
    private const int DefaultTokens = 4096;

    /// <exception cref="InvalidException">A value is wrong.</exception>
    /// <exception cref="ProviderFault">Something is asked that this API does not have.</exception>
    public static JsonObject Translate(JsonObject chat, string model, bool isStreamed)
    {
        var fields = new Fields(chat);
        if (fields.Number("n", 1, 128, 1) > 1 || fields.Flag("logprobs"))
            throw new ProviderFault(FaultKind.Lasting, $"Anthropic's '{model}' gives one choice, and no probabilities.");
        var body = new JsonObject
        {
            ["model"] = model,
            ["max_tokens"] = (int)fields.Number("max_completion_tokens", 1, int.MaxValue, fields.Number("max_tokens", 1, int.MaxValue, DefaultTokens)),
            ["messages"] = AnthropicMessages.Write(chat["messages"]!.AsArray(), out var system),
        };
        if (system.Length > 0)
            body["system"] = system;
        // OpenAI's temperatures go to 2, these to 1.
        if (chat["temperature"] is not null)
            body["temperature"] = Math.Min(1, fields.Number("temperature", 0, 2, 1));
        if (chat["top_p"] is not null)
            body["top_p"] = fields.Number("top_p", 0, 1, 1);
        if (fields.Texts("stop", 16) is { Count: > 0 } stops)
            body["stop_sequences"] = new JsonArray([.. stops.Select(stop => (JsonNode)stop)]);
        if (chat["user"]?.GetValueKind() == JsonValueKind.String)
            body["metadata"] = new JsonObject { ["user_id"] = chat["user"]!.DeepClone() };
        if (isStreamed)
            body["stream"] = true;
        Tools(fields, body);
        Format(fields, body, model);
        return body;
    }

    private static void Tools(Fields fields, JsonObject body)
    {
        if (fields.Array("tools") is not { Count: > 0 } tools)
            return;
        body["tools"] = new JsonArray([.. tools.Select(tool => tool?["function"] as JsonObject ?? throw new InvalidException("Each of 'tools' needs a 'function'.")).Select(function =>
        {
            var translated = new JsonObject { ["name"] = function["name"]?.DeepClone(), ["input_schema"] = function["parameters"]?.DeepClone() ?? new JsonObject { ["type"] = "object" } };
            if (function["description"] is { } description)
                translated["description"] = description.DeepClone();
            return (JsonNode)translated;
        })]);
        var named = fields.Node["tool_choice"] as JsonObject;
        var choice = named is not null
            ? new JsonObject { ["type"] = "tool", ["name"] = named["function"]?["name"]?.DeepClone() ?? throw new InvalidException("'tool_choice.function.name' is missing.") }
            : new JsonObject { ["type"] = fields.Text("tool_choice") switch { "none" => "none", "required" => "any", _ => "auto" } };
        if (fields.Node["parallel_tool_calls"]?.GetValueKind() == JsonValueKind.False && choice["type"]!.ToString() != "none")
            choice["disable_parallel_tool_use"] = true;
        body["tool_choice"] = choice;
    }

    private static void Format(Fields fields, JsonObject body, string model)
    {
        switch (fields.Object("response_format")?.Text("type"))
        {
            case null or "text":
                return;
            case "json_schema" when body["tools"] is null:
                var schema = fields.Object("response_format")!.Object("json_schema")?.Object("schema")?.Node ?? throw new InvalidException("'response_format.json_schema.schema' is missing.");
                body["tools"] = new JsonArray(new JsonObject { ["name"] = SchemaTool, ["description"] = "Gives the answer.", ["input_schema"] = schema.DeepClone() });
                body["tool_choice"] = new JsonObject { ["type"] = "tool", ["name"] = SchemaTool };
                return;
            default:
                throw new ProviderFault(FaultKind.Lasting, $"Anthropic's '{model}' answers in text or in a schema without tools beside it.");
        }
    }
}
