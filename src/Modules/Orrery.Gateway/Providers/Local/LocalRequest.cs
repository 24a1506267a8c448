using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Kernel;
using Orrery.Language.Grammars;
using Orrery.Language.Inference;
using Orrery.Language.Inference.Sampling;
using Orrery.Language.Tokenizers;

namespace Orrery.Gateway.Providers.Local;

/// <summary>What a request in OpenAI's form asks of the engine; every wrong value is refused with its name.</summary>
internal sealed record LocalRequest
{
    private const int DefaultTokens = 1024;

    public required int[] Prompt { get; init; }

    public required GenerationOptions Options { get; init; }

    public required IReadOnlyList<string> Stops { get; init; }

    public required int Choices { get; init; }

    public required bool ShowsLogprobs { get; init; }

    public required bool HasTools { get; init; }

    public GrammarMasks? Masks { get; init; }

    /// <exception cref="InvalidException">A value is wrong.</exception>
    public static LocalRequest Read(GatewayRequest request, LocalModel model, TimeProvider time)
    {
        var body = new Fields(request.Body);
        var isChat = request.Operation == GatewayOperation.Chat;
        var tools = isChat && body.Array("tools") is { Count: > 0 } given && body.Text("tool_choice") != "none" ? given : null;
        var top = isChat ? (int)body.Number("top_logprobs", 0, 20, 0) : (int)body.Number("logprobs", 0, 5, 0);
        var prompt = isChat ? Chat(request.Body, tools, model, time) : Text(body, model);
        var room = model.Model.ContextLength - prompt.Length;
        if (room < 1)
            throw new InvalidException($"The prompt has {prompt.Length} tokens; the model's context holds {model.Model.ContextLength}, the answer included.");
        var most = (int)body.Number("max_completion_tokens", 1, int.MaxValue, body.Number("max_tokens", 1, int.MaxValue, DefaultTokens));
        return new LocalRequest
        {
            Prompt = prompt,
            Choices = (int)body.Number("n", 1, 16, 1),
            Stops = body.Texts("stop", most: 4),
            ShowsLogprobs = isChat ? body.Flag("logprobs") : request.Body["logprobs"] is not null,
            HasTools = tools is not null,
            Masks = Grammar(body, tools) is { } grammar ? new GrammarMasks(grammar, model.Tokenizer) : null,
            Options = new GenerationOptions
            {
                MaxTokens = Math.Min(most, room),
                StopTokens = [.. model.Tokenizer.Special.EndOfGeneration],
                Sampling = new SamplingOptions
                {
                    Temperature = (float)body.Number("temperature", 0, 2, 1),
                    TopP = (float)body.Number("top_p", 1e-6, 1, 1),
                    PresencePenalty = (float)body.Number("presence_penalty", -2, 2, 0),
                    FrequencyPenalty = (float)body.Number("frequency_penalty", -2, 2, 0),
                    LogitBias = Biases(request.Body, model.Tokenizer.Vocabulary),
                    Seed = (long)body.Number("seed", long.MinValue, long.MaxValue, time.GetTimestamp() & int.MaxValue),
                    Alternatives = top,
                },
            },
        };
    }

    /// <summary>The conversation's tokens. Some templates write the first token themselves and some leave it to the tokenizer; it must be there once.</summary>
    private static int[] Chat(JsonObject body, JsonArray? tools, LocalModel model, TimeProvider time)
    {
        var ids = model.Tokenizer.Encode(Conversation.Write(body, tools, model, time), EncodeOptions.Prompt);
        if (ids.Length > 1 && ids[0] == ids[1] && ids[0] == model.Tokenizer.Special.Bos)
            ids = ids[1..];
        return ids.Length > 0 ? ids : throw new InvalidException("The model's chat template makes nothing of these messages.");
    }

    private static int[] Text(Fields body, LocalModel model)
    {
        var prompt = body.Text("prompt") ?? throw new InvalidException("The local engine completes one text: 'prompt' must be a string.");
        var ids = model.Tokenizer.Encode(prompt, EncodeOptions.Document);
        return ids.Length > 0 ? ids : throw new InvalidException("'prompt' is empty, and the model has no token that begins a text.");
    }

    private static Grammar? Grammar(Fields body, JsonArray? tools)
    {
        if (tools is not null && ToolCalls.Grammar(body, tools) is { } called)
            return called;
        if (body.Text("grammar") is { } gbnf)
            return Language.Grammars.Grammar.FromGbnf(gbnf);
        if (body.Object("response_format") is not { } format)
            return null;
        return format.Text("type") switch
        {
            "text" => null,
            "json_object" => Language.Grammars.Grammar.JsonObject,
            "json_schema" => Language.Grammars.Grammar.FromJsonSchema(JsonSerializer.SerializeToElement(format.Object("json_schema")?.Object("schema")?.Node
                ?? throw new InvalidException("'response_format.json_schema.schema' is missing."))),
            var other => throw new InvalidException($"'response_format.type' is '{other}'; expected text, json_object or json_schema."),
        };
    }

    private static Dictionary<int, float> Biases(JsonObject body, Vocabulary vocabulary)
    {
        var biases = new Dictionary<int, float>();
        foreach (var (token, value) in body["logit_bias"] as JsonObject ?? [])
        {
            if (!int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id >= vocabulary.Count)
                throw new InvalidException($"'logit_bias' names '{token}', which is no token of the model.");
            biases[id] = value is JsonValue number && number.TryGetValue(out double bias) && bias is >= -100 and <= 100 ? (float)bias : throw new InvalidException("'logit_bias' takes numbers from -100 to 100.");
        }

        return biases;
    }
}
