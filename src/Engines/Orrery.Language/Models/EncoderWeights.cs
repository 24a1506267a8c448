using Orrery.Language.Kernels;
using Orrery.Language.Weights;

namespace Orrery.Language.Models;

/// <summary>All weights of an encoder, by GGUF's names.</summary>
internal sealed class EncoderWeights
{
    private readonly TensorSet _tensors;

    public EncoderWeights(ModelFile file, EncoderConfiguration shape)
    {
        _tensors = new(file);
        Embeddings = _tensors.Matrix("token_embd.weight", shape.VocabularySize, shape.Width);
        Positions = _tensors.Matrix("position_embd.weight", shape.ContextLength + shape.PositionOffset, shape.Width);
        if (file.Tensors.TryGetValue("token_types.weight", out var types))
            Types = _tensors.Matrix("token_types.weight", checked((int)types.Rows), shape.Width);
        EmbeddingNorm = _tensors.BiasedNorm("token_embd_norm", shape.Width);
        Layers = [.. Enumerable.Range(0, shape.LayerCount).Select(layer => Read(FormattableString.Invariant($"blk.{layer}."), shape))];
        if (_tensors.FindMatrix("cls.weight", shape.Width, shape.Width) is { } dense)
            Pooler = new(dense, _tensors.Vector("cls.bias", shape.Width));
        if (file.Tensors.TryGetValue("cls.output.weight", out var output))
            Classifier = new(_tensors.Matrix("cls.output.weight", checked((int)output.Rows), shape.Width), _tensors.Vector("cls.output.bias", checked((int)output.Rows)));
    }

    public Matrix Embeddings { get; }

    public Matrix Positions { get; }

    public Matrix? Types { get; }

    public Norm EmbeddingNorm { get; }

    public IReadOnlyList<EncoderLayer> Layers { get; }

    /// <summary>Of the first token, before a classifier, with tanh.</summary>
    public Linear? Pooler { get; }

    /// <summary>Of a cross-encoder: one output for a reranker.</summary>
    public Linear? Classifier { get; }

    private EncoderLayer Read(string prefix, EncoderConfiguration shape) => new(
        Linear(prefix + "attn_q", shape.Width, shape.Width), Linear(prefix + "attn_k", shape.Width, shape.Width), Linear(prefix + "attn_v", shape.Width, shape.Width),
        Linear(prefix + "attn_output", shape.Width, shape.Width), _tensors.BiasedNorm(prefix + "attn_output_norm", shape.Width),
        Linear(prefix + "ffn_up", shape.FeedForwardLength, shape.Width), Linear(prefix + "ffn_down", shape.Width, shape.FeedForwardLength),
        _tensors.BiasedNorm(prefix + "layer_output_norm", shape.Width));

    private Linear Linear(string name, int rows, int columns) => new(_tensors.Matrix(name + ".weight", rows, columns), _tensors.Vector(name + ".bias", rows));
}

/// <summary>A matrix and the bias of its rows.</summary>
internal sealed record Linear(Matrix Weight, NativeArray<float> Bias);

/// <summary>Norms come after each half (post-norm).</summary>
internal sealed record EncoderLayer(Linear Query, Linear Key, Linear Value, Linear Output, Norm AttentionNorm, Linear Up, Linear Down, Norm OutputNorm);
