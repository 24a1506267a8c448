using Orrery.Language.Kernels;

namespace Orrery.Language.Models;

/// <summary>The weights of one decoder layer; what a family does not have is null.</summary>
internal sealed class LayerWeights
{
    public required Norm AttentionNorm { get; init; }

    public required Matrix Query { get; init; }

    public required Matrix Key { get; init; }

    public required Matrix Value { get; init; }

    public required Matrix Output { get; init; }

    public NativeArray<float>? QueryBias { get; init; }

    public NativeArray<float>? KeyBias { get; init; }

    public NativeArray<float>? ValueBias { get; init; }

    public NativeArray<float>? OutputBias { get; init; }

    /// <summary>Of each head (Qwen 3, Gemma 3).</summary>
    public Norm? QueryNorm { get; init; }

    public Norm? KeyNorm { get; init; }

    /// <summary>Of what attention gives, before it is added (Gemma 2 and 3).</summary>
    public Norm? AfterAttention { get; init; }

    public required Norm FeedForwardNorm { get; init; }

    public FeedForwardWeights? FeedForward { get; init; }

    public ExpertWeights? Experts { get; init; }

    public Norm? AfterFeedForward { get; init; }
}

/// <summary>down(activation(gate x) · up x), or down(activation(up x)) without a gate.</summary>
internal sealed record FeedForwardWeights(Matrix? Gate, Matrix Up, Matrix Down, NativeArray<float>? UpBias = null, NativeArray<float>? DownBias = null);

/// <summary>A router and its experts; perhaps one that every token goes to, by a gate of its own.</summary>
internal sealed record ExpertWeights(Matrix Router, FeedForwardWeights[] Experts, FeedForwardWeights? Shared, Matrix? SharedGate);

/// <summary>A norm's weight, and its bias where it has one.</summary>
internal sealed record Norm(NativeArray<float> Weight, NativeArray<float>? Bias = null);
