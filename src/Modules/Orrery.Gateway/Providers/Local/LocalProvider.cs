using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Gateway.Providers.Local;
using Orrery.Gateway.Providers.Local.Encoders;
using Orrery.Gateway.Routes;
using Orrery.Kernel;

namespace Orrery.Gateway.Providers;

/// <summary>The engine in this process, in OpenAI's form.</summary>
internal sealed class LocalProvider(LocalModels models, LocalEmbedding embedding, LocalRanking ranking, TimeProvider time) : IProvider
{
    public async Task<JsonObject> AskAsync(TargetSpec target, GatewayRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation is GatewayOperation.Embedding or GatewayOperation.Ranking)
            return Encode(target, request, cancellationToken);
        if (request.Operation == GatewayOperation.Moderation)
            throw new ProviderFault(FaultKind.Lasting, $"The local model '{target.Model}' judges no texts; add a target that does.");
        var (model, asked) = Begin(target, request);
        var isChat = request.Operation == GatewayOperation.Chat;
        var choices = await Task.WhenAll(Enumerable.Range(0, asked.Choices).Select(choice => ChoiceAsync(model, asked, isChat, choice, cancellationToken)));
        var answer = Envelope(isChat ? "chat.completion" : "text_completion", target);
        answer["choices"] = new JsonArray([.. choices.Select(choice => (JsonNode)choice.Choice)]);
        answer["usage"] = Usage(asked.Prompt.Length, choices.Sum(choice => choice.Tokens));
        return answer;
    }

    public async IAsyncEnumerable<JsonObject> StreamAsync(TargetSpec target, GatewayRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (model, asked) = Begin(target, request);
        var isChat = request.Operation == GatewayOperation.Chat;
        var envelope = Envelope(isChat ? "chat.completion.chunk" : "text_completion", target);
        var tokens = 0;
        for (var choice = 0; choice < asked.Choices; choice++)
        {
            var answer = new LocalAnswer(model, asked, choice);
            if (isChat)
                yield return Part(envelope, choice, new JsonObject { ["role"] = "assistant", ["content"] = "" }, isChat);
            var held = new StringBuilder();
            await foreach (var piece in answer.WriteAsync(cancellationToken))
            {
                // Whether an answer with tools is a call is seen at its end.
                held.Append(asked.HasTools ? piece.Text : "");
                if (!asked.HasTools && (piece.Text.Length > 0 || piece.Logprob is not null))
                    yield return Part(envelope, choice, Delta(piece.Text, isChat), isChat, piece.Logprob);
                if (piece.Finish is not { } finish)
                    continue;
                var calls = asked.HasTools ? ToolCalls.Read(held.ToString(), NewId) : null;
                if (asked.HasTools)
                    yield return Part(envelope, choice, calls is null ? Delta(held.ToString(), isChat) : new JsonObject { ["tool_calls"] = Indexed(calls) }, isChat);
                yield return Part(envelope, choice, isChat ? [] : Delta("", isChat), isChat, finish: calls is null ? finish : "tool_calls");
            }

            tokens += answer.Tokens;
        }

        var last = (JsonObject)envelope.DeepClone();
        last["choices"] = new JsonArray();
        last["usage"] = Usage(asked.Prompt.Length, tokens);
        yield return last;
    }

    private JsonObject Encode(TargetSpec target, GatewayRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request.Operation == GatewayOperation.Embedding ? embedding.Answer(target, request, cancellationToken) : ranking.Answer(target, request, cancellationToken);
        }
        catch (InvalidException refusal)
        {
            throw new ProviderFault(FaultKind.Refused, refusal.Message, refusal);
        }
    }

    private (LocalModel Model, LocalRequest Request) Begin(TargetSpec target, GatewayRequest request)
    {
        var model = models.Open(target.Model);
        try
        {
            return (model, LocalRequest.Read(request, model, time));
        }
        catch (InvalidException refusal)
        {
            throw new ProviderFault(FaultKind.Refused, refusal.Message, refusal);
        }
    }

    private static async Task<(JsonObject Choice, int Tokens)> ChoiceAsync(LocalModel model, LocalRequest asked, bool isChat, int index, CancellationToken cancellationToken)
    {
        var answer = new LocalAnswer(model, asked, index);
        var text = new StringBuilder();
        var logprobs = new JsonArray();
        var finish = "stop";
        await foreach (var piece in answer.WriteAsync(cancellationToken))
        {
            text.Append(piece.Text);
            if (piece.Logprob is not null)
                logprobs.Add((JsonNode)piece.Logprob);
            finish = piece.Finish ?? finish;
        }

        var choice = new JsonObject { ["index"] = index };
        var calls = asked.HasTools ? ToolCalls.Read(text.ToString(), NewId) : null;
        if (isChat)
            choice["message"] = new JsonObject { ["role"] = "assistant", ["content"] = calls is null ? text.ToString() : null, ["refusal"] = null };
        else
            choice["text"] = text.ToString();
        if (calls is not null)
            choice["message"]!["tool_calls"] = calls;
        choice["logprobs"] = asked.ShowsLogprobs ? isChat ? new JsonObject { ["content"] = logprobs } : Legacy(logprobs) : null;
        choice["finish_reason"] = calls is null ? finish : "tool_calls";
        return (choice, answer.Tokens);
    }

    private static JsonObject Part(JsonObject envelope, int choice, JsonObject delta, bool isChat, JsonObject? logprob = null, string? finish = null)
    {
        var part = (JsonObject)envelope.DeepClone();
        var entry = new JsonObject { ["index"] = choice };
        if (isChat)
            entry["delta"] = delta;
        else
            entry["text"] = delta["content"]?.DeepClone() ?? "";
        entry["logprobs"] = logprob is null ? null : isChat ? new JsonObject { ["content"] = new JsonArray(logprob) } : Legacy([logprob]);
        entry["finish_reason"] = finish;
        part["choices"] = new JsonArray(entry);
        return part;
    }

    /// <summary>The form that <c>/v1/completions</c> has kept.</summary>
    private static JsonObject Legacy(JsonArray logprobs) => new()
    {
        ["tokens"] = new JsonArray([.. logprobs.Select(entry => entry!["token"]!.DeepClone())]),
        ["token_logprobs"] = new JsonArray([.. logprobs.Select(entry => entry!["logprob"]!.DeepClone())]),
        ["top_logprobs"] = new JsonArray([.. logprobs.Select(entry =>
        {
            var top = new JsonObject();
            foreach (var other in entry!["top_logprobs"]!.AsArray())
                top[other!["token"]!.ToString()] = other["logprob"]!.DeepClone();
            return (JsonNode)top;
        })]),
    };

    private static JsonObject Delta(string text, bool isChat) => text.Length == 0 && isChat ? [] : new JsonObject { ["content"] = text };

    private static JsonArray Indexed(JsonArray calls)
    {
        for (var i = 0; i < calls.Count; i++)
            calls[i]!["index"] = i;
        return calls;
    }

    private JsonObject Envelope(string kind, TargetSpec target) => new()
    {
        ["id"] = NewId(),
        ["object"] = kind,
        ["created"] = time.GetUtcNow().ToUnixTimeSeconds(),
        ["model"] = target.Model,
    };

    private static JsonObject Usage(int prompt, int completion) => new() { ["prompt_tokens"] = prompt, ["completion_tokens"] = completion, ["total_tokens"] = prompt + completion };

    private static string NewId() => "orr-" + Guid.CreateVersion7().ToString("N");
}
