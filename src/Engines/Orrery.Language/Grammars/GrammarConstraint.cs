using Orrery.Language.Grammars.Matching;
using Orrery.Language.Inference.Sampling;

namespace Orrery.Language.Grammars;

/// <summary>Holds one generation to a grammar: every token that it lets through keeps the text the beginning of one in the language.</summary>
public sealed class GrammarConstraint : ITokenConstraint
{
    private readonly GrammarMasks _masks;
    private GrammarState _state;

    internal GrammarConstraint(GrammarMasks masks, GrammarState state) => (_masks, _state) = (masks, state);

    /// <summary>The text so far is in the language. False at the end of a generation says that it was cut off, by its length or by a stop string.</summary>
    public bool IsComplete => _state.IsAccepting;

    /// <inheritdoc/>
    public void Restrict(Span<float> logits)
    {
        var mask = _masks.Mask(_state);
        for (var word = 0; word * 64 < logits.Length; word++)
        {
            // Most words allow nothing or everything.
            var bits = word < mask.Length ? mask[word] : 0;
            if (bits == ulong.MaxValue)
                continue;
            var part = logits.Slice(word * 64, Math.Min(64, logits.Length - (word * 64)));
            if (bits == 0)
            {
                part.Fill(float.NegativeInfinity);
                continue;
            }

            for (var i = 0; i < part.Length; i++)
                part[i] = (bits >> i & 1) != 0 ? part[i] : float.NegativeInfinity;
        }
    }

    /// <summary>Sets one bit for each token that may come next.</summary>
    /// <param name="mask">At least one bit for each token of the vocabulary.</param>
    public void Mask(Span<ulong> mask)
    {
        mask.Clear();
        _masks.Mask(_state).CopyTo(mask);
    }

    /// <inheritdoc/>
    public void Accept(int token)
    {
        if (!_masks.Tokenizer.Special.EndOfGeneration.Contains(token))
            _state = _masks.Step(_state, _masks.Tokenizer.Vocabulary.Bytes(token));
    }
}
