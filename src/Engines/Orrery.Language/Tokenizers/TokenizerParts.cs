using Orrery.Language.Tokenizers.Models;
using Orrery.Language.Tokenizers.Normalizers;
using Orrery.Language.Tokenizers.Splitting;

namespace Orrery.Language.Tokenizers;

/// <summary>What a loader has read, ready to be a <see cref="Tokenizer"/>.</summary>
internal sealed record TokenizerParts
{
    public required Vocabulary Vocabulary { get; init; }

    public required ISubwordModel Model { get; init; }

    public SpecialTokens Special { get; init; } = new();

    public IReadOnlyList<AddedToken> Added { get; init; } = [];

    public TextNormalizer Normalizer { get; init; } = TextNormalizer.None;

    public TextSplitter Splitter { get; init; } = TextSplitter.None;

    public SequenceTemplate Template { get; init; } = SequenceTemplate.None;

    public bool DropsFirstSpace { get; init; }
}
