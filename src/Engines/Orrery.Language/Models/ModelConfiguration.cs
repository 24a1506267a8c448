namespace Orrery.Language.Models;

/// <summary>The shape of a decoder-only transformer, and the choices in which its relatives differ.</summary>
public sealed record ModelConfiguration
{
    /// <summary>GGUF's name of the family: <c>llama</c>, <c>qwen2</c>, <c>gemma3</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Components of a hidden state.</summary>
    public required int Width { get; init; }

    /// <summary>Query heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key-value heads: as many as query heads (MHA), fewer (GQA) or one (MQA).</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Components of a head.</summary>
    public required int HeadDimension { get; init; }

    /// <summary>Components within a feed-forward layer, of one expert where there are experts.</summary>
    public required int FeedForwardLength { get; init; }

    /// <summary>Tokens in the vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Positions that the model was made for.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Added under the root of norms.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>Whether norms subtract the mean (LayerNorm) or not (RMSNorm).</summary>
    public bool UsesLayerNorm { get; init; }

    /// <summary>Within feed-forward layers.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Which components rotate together.</summary>
    public RotaryStyle RotaryStyle { get; init; } = RotaryStyle.Adjacent;

    /// <summary>How many components of a head rotate.</summary>
    public int RotaryDimensions { get; init; }

    /// <summary>Base of the wavelengths.</summary>
    public double RotaryBase { get; init; } = 10_000;

    /// <summary>The same in layers with a window, where they differ (Gemma 3).</summary>
    public double? LocalRotaryBase { get; init; }

    /// <summary>How rotations are slowed.</summary>
    public RotaryScaling RotaryScaling { get; init; } = RotaryScaling.None;

    /// <summary>Positions that attention reaches back, itself among them; 0 for all.</summary>
    public int SlidingWindow { get; init; }

    /// <summary>With a window: every how many layers one has none; 0 for never.</summary>
    public int GlobalEvery { get; init; }

    /// <summary>What scores are multiplied with.</summary>
    public required float AttentionScale { get; init; }

    /// <summary>Bound of the scores; 0 for none.</summary>
    public float AttentionCap { get; init; }

    /// <summary>Bound of the logits; 0 for none.</summary>
    public float LogitCap { get; init; }

    /// <summary>What embeddings are multiplied with.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>Experts in a layer; 0 for a plain feed-forward layer.</summary>
    public int ExpertCount { get; init; }

    /// <summary>Experts that a token goes to.</summary>
    public int ExpertsUsed { get; init; }

    /// <summary>Components within the expert that every token goes to; 0 for none.</summary>
    public int SharedExpertLength { get; init; }

    /// <summary>Whether the weights of the experts used sum to 1.</summary>
    public bool NormalizesExperts { get; init; } = true;

    /// <summary>The token that texts begin with, if there is one.</summary>
    public int? BeginToken { get; init; }

    /// <summary>Tokens that end a text.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>The window of a layer; 0 for none.</summary>
    internal int WindowOf(int layer) => GlobalEvery > 0 && (layer + 1) % GlobalEvery == 0 ? 0 : SlidingWindow;
}
