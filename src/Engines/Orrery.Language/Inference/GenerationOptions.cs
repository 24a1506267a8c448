using Orrery.Language.Adapters;
using Orrery.Language.Inference.Sampling;

namespace Orrery.Language.Inference;

/// <summary>What is asked of one generation.</summary>
public sealed record GenerationOptions
{
    /// <summary>The most tokens to generate; the context's end ends it too.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Tokens that end it, besides the model's own.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Whether it goes on after the model's own end tokens.</summary>
    public bool IgnoresEndTokens { get; init; }

    /// <summary>Which tokens may come; null allows all.</summary>
    public ITokenConstraint? Constraint { get; init; }

    /// <summary>
    /// Guesses so many tokens ahead, 0 to 16, from what the text has said before, and keeps those that would have been chosen anyway: answers that quote their prompt come faster, and none
    /// comes otherwise.
    /// </summary>
    public int LookAhead { get; init; }

    /// <summary>An adapter of this model, opened by <see cref="LanguageModel.OpenAdapter"/>; null for none. Others in the same step may have others.</summary>
    public LoraAdapter? Adapter { get; init; }

    internal const int MostLookAhead = 16;

    internal void Validate()
    {
        Sampling.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTokens, 1);
        if (LookAhead is < 0 or > MostLookAhead)
            throw new ArgumentOutOfRangeException(nameof(LookAhead), LookAhead, $"Expected 0 to {MostLookAhead}.");
    }
}

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>It has not.</summary>
    None,
    /// <summary>A stop or end token came; it is the last one.</summary>
    Stop,
    /// <summary>As many tokens as were allowed, or the context is full.</summary>
    Length,
}

/// <summary>One generated token.</summary>
/// <param name="Token">Its id.</param>
/// <param name="LogProbability">Its natural log-probability under the model, before temperature and penalties.</param>
/// <param name="Alternatives">The most probable tokens at its place, as many as were asked for.</param>
/// <param name="Finish">Whether it is the last, and why.</param>
public readonly record struct GeneratedToken(int Token, float LogProbability, IReadOnlyList<TokenProbability> Alternatives, FinishReason Finish);
