namespace Orrery.Language.Inference;

/// <summary>How a model is run.</summary>
public sealed record LanguageModelOptions
{
    /// <summary>Threads that compute, the caller's among them; 0 takes one for each processor.</summary>
    public int Threads { get; init; }

    /// <summary>Positions that a sequence may have; 0 takes what the model was made for.</summary>
    public int ContextLength { get; init; }

    /// <summary>Bytes that keys and values of all sequences may take together; they are taken as they are needed.</summary>
    public long CacheBytes { get; init; } = 2L << 30;

    /// <summary>Tokens that one step reads at most: prompts are read in pieces of it, so that others are not kept waiting.</summary>
    public int StepTokens { get; init; } = 256;

    /// <summary>Sequences that are generated at once; others wait.</summary>
    public int MaxSequences { get; init; } = 32;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        ArgumentOutOfRangeException.ThrowIfNegative(ContextLength);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(CacheBytes);
        if (StepTokens is < 1 or > 4096)
            throw new ArgumentOutOfRangeException(nameof(StepTokens), StepTokens, "Expected 1 to 4,096.");
        if (MaxSequences < 1 || MaxSequences > StepTokens)
            throw new ArgumentOutOfRangeException(nameof(MaxSequences), MaxSequences, $"Expected 1 to {StepTokens}, the tokens of a step.");
    }
}
