using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;

namespace Orrery.Gateway.Responses;

/// <summary>Items of a conversation: checked and named when they come, and written as messages of a chat.</summary>
internal static class ResponseItems
{
    /// <summary>The items of <c>input</c>, a text or an array, each with an id.</summary>
    /// <exception cref="InvalidException">One is wrong or of a kind that is not there.</exception>
    public static JsonArray Read(JsonNode? input)
    {
        if (input?.GetValueKind() == JsonValueKind.String)
            return [new JsonObject { ["id"] = NewId("msg"), ["type"] = "message", ["role"] = "user", ["content"] = new JsonArray(new JsonObject { ["type"] = "input_text", ["text"] = input.DeepClone() }) }];
        if (input is not JsonArray { Count: > 0 } items)
            throw Wrong("input", "must be a text or an array of items");
        return [.. items.Select((item, i) => (JsonNode)Checked(item as JsonObject ?? throw Wrong($"input[{i}]", "must be an object"), $"input[{i}]"))];
    }

    /// <summary>Calls that follow one another are one message of the assistant's.</summary>
    public static JsonArray Messages(string? instructions, JsonArray items)
    {
        var messages = new JsonArray();
        if (instructions is { Length: > 0 })
            messages.Add((JsonNode)new JsonObject { ["role"] = "system", ["content"] = instructions });
        foreach (var item in items.Select(item => item!.AsObject()))
        {
            switch (item["type"]!.ToString())
            {
                case "message":
                    messages.Add((JsonNode)new JsonObject { ["role"] = item["role"]!.DeepClone(), ["content"] = Content(item["content"]!) });
                    break;
                case "function_call":
                    var call = new JsonObject { ["id"] = item["call_id"]!.DeepClone(), ["type"] = "function", ["function"] = new JsonObject { ["name"] = item["name"]!.DeepClone(), ["arguments"] = item["arguments"]!.DeepClone() } };
                    if (messages.LastOrDefault() is JsonObject last && last["tool_calls"] is JsonArray calls)
                        calls.Add((JsonNode)call);
                    else
                        messages.Add((JsonNode)new JsonObject { ["role"] = "assistant", ["content"] = null, ["tool_calls"] = new JsonArray(call) });
                    break;
                case "function_call_output":
                    messages.Add((JsonNode)new JsonObject { ["role"] = "tool", ["tool_call_id"] = item["call_id"]!.DeepClone(), ["content"] = item["output"] is JsonArray parts ? Content(parts) : item["output"]!.DeepClone() });
                    break;
            }
        }

        return messages;
    }

    public static string NewId(string prefix) => $"{prefix}_{Guid.CreateVersion7():N}";

    private static JsonObject Checked(JsonObject item, string place)
    {
        var kind = item["type"] is null ? "message" : Text(item, "type", place);
        switch (kind)
        {
            case "message":
                if (Text(item, "role", place) is not ("user" or "assistant" or "system" or "developer"))
                    throw Wrong($"{place}.role", "must be user, assistant, system or developer");
                if (item["content"]?.GetValueKind() != JsonValueKind.String && item["content"] is not JsonArray)
                    throw Wrong($"{place}.content", "must be a text or an array of parts");
                if (item["content"] is JsonArray parts)
                    CheckParts(parts, $"{place}.content");
                break;
            case "function_call":
                _ = (Text(item, "call_id", place), Text(item, "name", place), Text(item, "arguments", place));
                break;
            case "function_call_output":
                _ = Text(item, "call_id", place);
                if (item["output"] is JsonArray outputs)
                    CheckParts(outputs, $"{place}.output");
                else
                    _ = Text(item, "output", place);
                break;
            case "reasoning":
                // What a model thought is nothing that another can go on from.
                break;
            default:
                throw Wrong($"{place}.type", $"is '{kind}', which is not there; message, function_call, function_call_output and reasoning are");
        }

        var named = (JsonObject)item.DeepClone();
        named["type"] = kind;
        if (named["id"]?.GetValueKind() != JsonValueKind.String)
            named["id"] = NewId(kind == "message" ? "msg" : "fc");
        return named;
    }

    private static void CheckParts(JsonArray parts, string place)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i] as JsonObject ?? throw Wrong($"{place}[{i}]", "must be an object");
            switch (Text(part, "type", $"{place}[{i}]"))
            {
                case "input_text" or "output_text" or "text":
                    Text(part, "text", $"{place}[{i}]");
                    break;
                case "refusal":
                    Text(part, "refusal", $"{place}[{i}]");
                    break;
                case "input_image":
                    Text(part, "image_url", $"{place}[{i}]");
                    break;
                default:
                    throw Wrong($"{place}[{i}].type", "must be input_text, output_text, refusal or input_image");
            }
        }
    }

    private static JsonNode Content(JsonNode content)
    {
        if (content is not JsonArray parts)
            return content.DeepClone();
        if (parts.All(part => part!["type"]!.ToString() != "input_image"))
            return string.Concat(parts.Select(part => (part!["text"] ?? part["refusal"])!.ToString()));
        return new JsonArray([.. parts.Select(part => (JsonNode)(part!["type"]!.ToString() == "input_image"
            ? new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = part["image_url"]!.DeepClone() } }
            : new JsonObject { ["type"] = "text", ["text"] = (part["text"] ?? part["refusal"])!.DeepClone() }))]);
    }

    private static string Text(JsonObject item, string name, string place) => item[name]?.GetValueKind() == JsonValueKind.String ? item[name]!.GetValue<string>() : throw Wrong($"{place}.{name}", "must be a string");

    internal static InvalidException Wrong(string param, string complaint) => new($"'{param}' {complaint}.") { Errors = new Dictionary<string, string> { [param] = complaint } };
}
