using Orrery.Kernel;
using Orrery.Language.Inference.Cache;
using Orrery.Language.Kernels.Threads;
using Orrery.Language.Models;

namespace Orrery.Language.Inference.Evaluation;

/// <summary>What each token of a text looked at, in each head of each layer: rows sum to 1. Computed once more in float64 from the queries and keys of a run.</summary>
public sealed class AttentionMaps
{
    /// <summary>The longest text: maps take layers × heads × tokens² floats.</summary>
    public const int MostTokens = 256;

    private readonly float[] _weights;

    private AttentionMaps(int layers, int heads, int tokens) => (Layers, Heads, Tokens, _weights) = (layers, heads, tokens, new float[checked(layers * heads * tokens * tokens)]);

    /// <summary>Layers of the model.</summary>
    public int Layers { get; }

    /// <summary>Query heads of a layer.</summary>
    public int Heads { get; }

    /// <summary>Tokens of the text.</summary>
    public int Tokens { get; }

    /// <summary>The weight that a token gives to another.</summary>
    /// <param name="layer">From 0.</param>
    /// <param name="head">From 0.</param>
    /// <param name="from">The token that looks.</param>
    /// <param name="to">The token that is looked at; one behind has weight 0.</param>
    public float this[int layer, int head, int from, int to] => _weights[Row(layer, head, from) + to];

    /// <summary>Reads a text.</summary>
    /// <exception cref="InvalidException">It is empty, too long, or holds a token that is not in the vocabulary.</exception>
    public static AttentionMaps Read(LanguageModel model, IReadOnlyList<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokens);
        var most = Math.Min(MostTokens, model.ContextLength);
        if (tokens.Count < 1 || tokens.Count > most)
            throw new InvalidException($"Expected a text of 1 to {most} tokens, got {tokens.Count}.");
        if (tokens.FirstOrDefault(token => (uint)token >= (uint)model.Configuration.VocabularySize, -1) is var wrong and not -1)
            throw new InvalidException($"Token {wrong} is not in the vocabulary of {model.Configuration.VocabularySize}.");
        var shape = model.Configuration;
        var maps = new AttentionMaps(shape.LayerCount, shape.HeadCount, tokens.Count);
        using var team = new ThreadTeam(model.Threads);
        var decoder = model.CreateDecoder(team, tokens.Count, 1);
        var batch = new Batch(tokens.Count, 1);
        batch.Add(new CachedSequence(model.CreatePool(long.MaxValue)), [.. tokens]);
        decoder.StepWatched(batch, maps.Take);
        return maps;
    }

    private void Take(AttentionInput input)
    {
        for (var head = 0; head < Heads; head++)
        {
            for (var from = 0; from < Tokens; from++)
            {
                var first = input.Window == 0 ? 0 : Math.Max(0, from - input.Window + 1);
                var row = _weights.AsSpan(Row(input.Layer, head, from), Tokens);
                var scores = new double[from + 1 - first];
                for (var to = first; to <= from; to++)
                    scores[to - first] = input.Score(head, from, to);
                var greatest = scores.Max();
                var sum = scores.Sum(score => Math.Exp(score - greatest));
                for (var i = 0; i < scores.Length; i++)
                    row[first + i] = (float)(Math.Exp(scores[i] - greatest) / sum);
            }
        }
    }

    private int Row(int layer, int head, int from)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)layer, (uint)Layers);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)head, (uint)Heads);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)from, (uint)Tokens);
        return ((layer * Heads + head) * Tokens + from) * Tokens;
    }
}
