using Orrery.Kernel;
using Orrery.Language.Weights;

namespace Orrery.Language.Models;

/// <summary>The shape of a BERT-like encoder (arXiv 1810.04805).</summary>
public sealed record EncoderConfiguration
{
    private const int MostOfAnything = 1 << 24;

    // RoBERTa counts positions from here on; the first rows belong to padding.
    private const int RobertaOffset = 2;

    private static readonly string[] Supported = ["bert", "roberta"];

    /// <summary>The family: <c>bert</c> or <c>roberta</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Components of a hidden state, and of an embedding.</summary>
    public required int Width { get; init; }

    /// <summary>Heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Components within a feed-forward layer.</summary>
    public required int FeedForwardLength { get; init; }

    /// <summary>Tokens in the vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The most tokens of a text.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Added under the root of norms.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>How the file wants tokens pooled.</summary>
    public Pooling Pooling { get; init; }

    /// <summary>The row of the first position.</summary>
    internal int PositionOffset { get; init; }

    /// <summary>Components of a head.</summary>
    public int HeadDimension => Width / HeadCount;

    internal static EncoderConfiguration Read(ModelFile file)
    {
        var architecture = file.Metadata.FindString("general.architecture") ?? "";
        if (!Supported.Contains(architecture))
            throw new InvalidException($"Architecture '{architecture}' of '{file.Path}' is no encoder that is supported. Supported: {string.Join(", ", Supported)}.");
        int Count(string name) => file.Metadata.FindInteger($"{architecture}.{name}") is { } value and > 0 and <= MostOfAnything
            ? (int)value
            : throw new InvalidException($"'{file.Path}' cannot be run: {architecture}.{name} is missing or beyond reason.");

        if (!file.Tensors.TryGetValue("token_embd.weight", out var embeddings) || !file.Tensors.TryGetValue("position_embd.weight", out var positions))
            throw new InvalidException($"'{file.Path}' lacks token_embd.weight or position_embd.weight.");
        var offset = architecture == "roberta" ? RobertaOffset : 0;
        var shape = new EncoderConfiguration
        {
            Architecture = architecture,
            LayerCount = Count("block_count"),
            Width = Count("embedding_length"),
            HeadCount = Count("attention.head_count"),
            FeedForwardLength = Count("feed_forward_length"),
            VocabularySize = checked((int)embeddings.Rows),
            ContextLength = checked((int)positions.Rows) - offset,
            NormEpsilon = (float)(file.Metadata.FindNumber($"{architecture}.attention.layer_norm_epsilon") ?? 1e-12),
            Pooling = file.Metadata.FindInteger($"{architecture}.pooling_type") switch { 2 => Pooling.FirstToken, 3 => Pooling.LastToken, _ => Pooling.Mean },
            PositionOffset = offset,
        };
        return shape.Width % shape.HeadCount == 0 && shape.ContextLength > 0
            ? shape
            : throw new InvalidException($"'{file.Path}' cannot be run: {shape.HeadCount} heads do not share {shape.Width} components, or there are no positions.");
    }
}
