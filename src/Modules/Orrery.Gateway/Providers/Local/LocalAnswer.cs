using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Orrery.Language.Inference;
using Orrery.Language.Tokenizers;

namespace Orrery.Gateway.Providers.Local;

/// <summary>A piece of one choice: its text, the probabilities of its token, and at the end why it ended.</summary>
/// <param name="Text">May be empty.</param>
/// <param name="Logprob">As OpenAI's API has it; null where nobody asked.</param>
/// <param name="Finish">Null but for the last piece.</param>
internal readonly record struct LocalPiece(string Text, JsonObject? Logprob, string? Finish);

/// <summary>Generates one choice.</summary>
internal sealed class LocalAnswer(LocalModel model, LocalRequest request, int choice)
{
    /// <summary>Tokens that the model wrote.</summary>
    public int Tokens { get; private set; }

    public async IAsyncEnumerable<LocalPiece> WriteAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var texts = new StreamingDetokenizer(model.Tokenizer, new DecodeOptions { IsContinuation = true });
        var stops = new StopStrings(request.Stops);
        // Each choice has chance of its own, all from one seed.
        var options = request.Options with { Sampling = request.Options.Sampling with { Seed = request.Options.Sampling.Seed + choice }, Constraint = request.Masks?.Start() };
        await foreach (var token in model.Model.GenerateAsync(request.Prompt, options, cancellationToken))
        {
            Tokens++;
            var isEnd = model.Tokenizer.Special.EndOfGeneration.Contains(token.Token);
            var text = stops.Append(isEnd ? "" : texts.Append(token.Token));
            if (stops.IsStopped)
            {
                yield return new LocalPiece(text, Logprob(token), "stop");
                yield break;
            }

            if (token.Finish != FinishReason.None)
            {
                yield return new LocalPiece(text + stops.Append(texts.Finish()) + stops.Finish(), isEnd ? null : Logprob(token), token.Finish == FinishReason.Length ? "length" : "stop");
                yield break;
            }

            yield return new LocalPiece(text, Logprob(token), null);
        }
    }

    private JsonObject? Logprob(GeneratedToken token)
    {
        if (!request.ShowsLogprobs)
            return null;
        var entry = Entry(token.Token, token.LogProbability);
        entry["top_logprobs"] = new JsonArray([.. token.Alternatives.Select(other => (JsonNode)Entry(other.Token, other.LogProbability))]);
        return entry;
    }

    private JsonObject Entry(int token, float logprob)
    {
        var bytes = model.Tokenizer.Vocabulary.Bytes(token);
        return new JsonObject
        {
            ["token"] = Encoding.UTF8.GetString(bytes),
            // JSON has no infinity; OpenAI writes -9999 for what cannot be.
            ["logprob"] = float.IsFinite(logprob) ? logprob : -9999f,
            ["bytes"] = new JsonArray([.. bytes.ToArray().Select(value => (JsonNode)(int)value)]),
        };
    }
}
