using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;
using Orrery.Language.ChatTemplates;

namespace Orrery.Gateway.Providers.Local;

/// <summary>A conversation as the model's template writes it.</summary>
internal static class Conversation
{
    public static string Write(JsonObject body, JsonArray? tools, LocalModel model, TimeProvider time)
    {
        var template = model.Template ?? throw new InvalidException("The model has no chat template; it completes texts (/v1/completions).");
        return template.Render(new ChatTemplateInput
        {
            Messages = JsonSerializer.SerializeToElement(Messages(body)),
            Tools = tools is null ? null : JsonSerializer.SerializeToElement(tools),
            BosToken = model.TextOf(model.Tokenizer.Special.Bos),
            EosToken = model.TextOf(model.Tokenizer.Special.Eos),
            Now = time.GetUtcNow(),
            Variables = body["chat_template_kwargs"] is JsonObject variables ? JsonSerializer.SerializeToElement(variables) : null,
        });
    }

    /// <summary>Parts of text become one text, and arguments of earlier calls become objects: templates expect both.</summary>
    private static JsonArray Messages(JsonObject body)
    {
        var messages = (JsonArray)(body["messages"] as JsonArray ?? throw new InvalidException("'messages' must be an array.")).DeepClone();
        foreach (var item in messages)
        {
            var message = item as JsonObject ?? throw new InvalidException("Each of 'messages' must be an object.");
            if (message["content"] is JsonArray parts)
                message["content"] = string.Concat(parts.Select(Text));
            foreach (var call in message["tool_calls"] as JsonArray ?? [])
            {
                if (call is JsonObject && call["function"] is JsonObject function && function["arguments"] is JsonValue arguments)
                    function["arguments"] = Parsed(arguments);
            }
        }

        return messages;
    }

    private static string Text(JsonNode? part) => part is JsonObject content && content["type"]?.ToString() == "text"
        ? content["text"]?.ToString() ?? ""
        : throw new InvalidException("The local engine reads text alone: each part of 'content' must be of type 'text'.");

    private static JsonNode? Parsed(JsonValue arguments)
    {
        try
        {
            return JsonNode.Parse(arguments.ToString());
        }
        catch (JsonException)
        {
            throw new InvalidException("The 'arguments' of a tool call are not JSON.");
        }
    }
}
