namespace Orrery.Language.Inference.Sampling;

/// <summary>How the next token is chosen. The defaults draw from the model's own distribution.</summary>
public sealed record SamplingOptions
{
    /// <summary>Always the most probable token.</summary>
    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Divides the logits: below 1 surer, above 1 bolder; 0 is greedy.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keeps the most probable so many; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the most probable until their sum reaches this (nucleus, arXiv 1904.09751); 1 keeps all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keeps those at least this times as probable as the most probable (arXiv 2407.01082); 0 keeps all.</summary>
    public float MinP { get; init; }

    /// <summary>Keeps those whose surprise is nearest to the entropy until their sum reaches this (arXiv 2202.00666); 1 keeps all.</summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>Divides positive and multiplies negative logits of tokens that were there already (arXiv 1909.05858); 1 does nothing.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Taken from the logits of tokens that were there already.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Taken from the logits of tokens for each time that they were there.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>How many of the last tokens the penalties look at.</summary>
    public int PenaltyWindow { get; init; } = 64;

    /// <summary>Added to the logits of these tokens; −100 bans, 100 forces.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Steers towards a surprise instead of cutting by top-k and the like; null does not.</summary>
    public Mirostat? Mirostat { get; init; }

    /// <summary>Where chance begins. The same seed, prompt and load give the same tokens.</summary>
    public long Seed { get; init; }

    /// <summary>The probabilities of how many of the most probable tokens come with each token.</summary>
    public int Alternatives { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A value is beyond its bounds.</exception>
    internal void Validate()
    {
        Within(Temperature, 0, 100, nameof(Temperature));
        ArgumentOutOfRangeException.ThrowIfNegative(TopK);
        Within(TopP, 0, 1, nameof(TopP));
        Within(MinP, 0, 1, nameof(MinP));
        Within(TypicalP, 0, 1, nameof(TypicalP));
        Within(RepetitionPenalty, 0.01f, 100, nameof(RepetitionPenalty));
        Within(PresencePenalty, -100, 100, nameof(PresencePenalty));
        Within(FrequencyPenalty, -100, 100, nameof(FrequencyPenalty));
        ArgumentOutOfRangeException.ThrowIfNegative(PenaltyWindow);
        if (Alternatives is < 0 or > 100)
            throw new ArgumentOutOfRangeException(nameof(Alternatives), Alternatives, "Expected 0 to 100.");
        foreach (var (token, bias) in LogitBias)
        {
            if (!float.IsFinite(bias))
                throw new ArgumentOutOfRangeException(nameof(LogitBias), bias, $"Expected a finite bias of token {token}.");
        }

        if (Mirostat is { } mirostat && !(mirostat.Surprise > 0 && mirostat.Rate > 0))
            throw new ArgumentOutOfRangeException(nameof(Mirostat), mirostat, "Expected a positive surprise and rate.");
    }

    private static void Within(float value, float least, float most, string name)
    {
        if (!(value >= least && value <= most))
            throw new ArgumentOutOfRangeException(name, value, $"Expected {least} to {most}.");
    }
}

/// <summary>Mirostat, version 2 (arXiv 2007.14966, algorithm 2).</summary>
/// <param name="Surprise">The aim, in bits.</param>
/// <param name="Rate">How fast it corrects itself.</param>
public sealed record Mirostat(float Surprise = 5, float Rate = 0.1f);
