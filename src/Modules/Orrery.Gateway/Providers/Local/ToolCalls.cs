using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;
using Orrery.Language.Grammars;

namespace Orrery.Gateway.Providers.Local;

/// <summary>Calls of tools: forced by a grammar, and read from what models write.</summary>
internal static class ToolCalls
{
    private const string Open = "<tool_call>";
    private const string Close = "</tool_call>";

    /// <summary>A grammar of one call, where the caller wants one; null where the model may choose.</summary>
    public static Grammar? Grammar(Fields body, JsonArray tools)
    {
        var named = body.Node["tool_choice"] is JsonObject choice ? choice["function"]?["name"]?.ToString() ?? throw new InvalidException("'tool_choice.function.name' is missing.") : null;
        if (named is null && body.Text("tool_choice") != "required")
            return null;
        var wanted = tools.Select(tool => tool?["function"] as JsonObject ?? throw new InvalidException("Each of 'tools' needs a 'function'."))
            .Where(function => named is null || function["name"]?.ToString() == named).ToList();
        if (wanted.Count == 0)
            throw new InvalidException($"'tool_choice' names '{named}', which is not among the tools.");
        var choices = new JsonArray([.. wanted.Select(function => (JsonNode)new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["name"] = new JsonObject { ["const"] = function["name"]?.DeepClone() }, ["arguments"] = function["parameters"]?.DeepClone() ?? new JsonObject { ["type"] = "object" } },
            ["required"] = new JsonArray("name", "arguments"),
        })]);
        return Language.Grammars.Grammar.FromJsonSchema(JsonSerializer.SerializeToElement(new JsonObject { ["anyOf"] = choices }));
    }

    /// <summary>The calls of an answer: JSON between <c>&lt;tool_call&gt;</c> tags (Hermes, Qwen), or an answer that is nothing else (Llama 3.1). Null where it is a text.</summary>
    public static JsonArray? Read(string answer, Func<string> newId)
    {
        var texts = new List<string>();
        var at = answer.IndexOf(Open, StringComparison.Ordinal);
        if (at < 0)
            texts.Add(answer);
        for (; at >= 0; at = answer.IndexOf(Open, at + 1, StringComparison.Ordinal))
        {
            var end = answer.IndexOf(Close, at, StringComparison.Ordinal);
            texts.Add(answer[(at + Open.Length)..(end < 0 ? answer.Length : end)]);
        }

        var calls = texts.Select(text => Call(text.Trim(), newId)).ToArray();
        return calls.All(call => call is not null) ? [.. calls] : null;
    }

    private static JsonObject? Call(string text, Func<string> newId)
    {
        if (!text.StartsWith('{'))
            return null;
        try
        {
            if (JsonNode.Parse(text) is not JsonObject call || call["name"]?.GetValueKind() != JsonValueKind.String || (call["arguments"] ?? call["parameters"]) is not JsonObject arguments)
                return null;
            return new JsonObject
            {
                ["id"] = newId(),
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = call["name"]!.DeepClone(), ["arguments"] = arguments.ToJsonString() },
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
