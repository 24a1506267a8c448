using Orrery.Kernel;
using Orrery.Language.Kernels;
using Orrery.Language.Models;
using Orrery.Language.Weights;

namespace Orrery.Language.Sentences;

/// <summary>All weights of a sentence encoder; its shape is read from them, since its graph says it nowhere else.</summary>
internal sealed class SentenceEncoderWeights
{
    private const int LayerCount = 2;

    public SentenceEncoderWeights(ModelFile file)
    {
        var tensors = new TensorSet(file);
        InputWidth = Columns(file, "token_embd.weight");
        Width = Columns(file, "cls.weight");
        FeedForwardLength = Columns(file, "blk.0.ffn_down.weight");
        VocabularySize = checked((int)file.Tensors["token_embd.weight"].Rows);
        Embeddings = tensors.Matrix("token_embd.weight", VocabularySize, InputWidth);
        Frequencies = tensors.Vector("position_embd.frequencies", InputWidth / 2);
        Residual = Linear(tensors, "blk.0.residual", Width, InputWidth);
        Layers = [.. Enumerable.Range(0, LayerCount).Select(layer => Layer(tensors, FormattableString.Invariant($"blk.{layer}."), layer == 0 ? InputWidth : Width))];
        Output = Linear(tensors, "cls", Width, Width);
    }

    /// <summary>Components of a token before the first layer.</summary>
    public int InputWidth { get; }

    /// <summary>Components after it, and of an embedding.</summary>
    public int Width { get; }

    public int FeedForwardLength { get; }

    public int VocabularySize { get; }

    public Matrix Embeddings { get; }

    /// <summary>(input width / 2)</summary>
    public NativeArray<float> Frequencies { get; }

    /// <summary>Brings the first layer's input to the width of its output.</summary>
    public Linear Residual { get; }

    public IReadOnlyList<SentenceLayer> Layers { get; }

    public Linear Output { get; }

    private SentenceLayer Layer(TensorSet tensors, string prefix, int width) => new(
        width, tensors.BiasedNorm(prefix + "attn_norm", width), Linear(tensors, prefix + "attn_qkv", 3 * width, width), Linear(tensors, prefix + "attn_output", Width, width),
        tensors.BiasedNorm(prefix + "ffn_norm", Width), Linear(tensors, prefix + "ffn_up", FeedForwardLength, Width), Linear(tensors, prefix + "ffn_down", Width, FeedForwardLength));

    private static Linear Linear(TensorSet tensors, string name, int rows, int columns) => new(tensors.Matrix(name + ".weight", rows, columns), tensors.Vector(name + ".bias", rows));

    private static int Columns(ModelFile file, string name) => file.Tensors.TryGetValue(name, out var tensor) && tensor.Columns % (2 * SentenceEncoder.HeadCount) == 0
        ? tensor.Columns
        : throw new InvalidException($"'{file.Path}' is no sentence encoder that is supported: '{name}' is missing or {SentenceEncoder.HeadCount} heads do not share it.");
}

/// <summary>Norms come before each half (pre-norm).</summary>
/// <param name="Width">Components of its input.</param>
/// <param name="AttentionNorm">Of its input.</param>
/// <param name="QueryKeyValue">Joined, in thirds.</param>
/// <param name="Output">After attention.</param>
/// <param name="FeedForwardNorm">Of the sum.</param>
/// <param name="Up">Before ReLU.</param>
/// <param name="Down">After it.</param>
internal sealed record SentenceLayer(int Width, Norm AttentionNorm, Linear QueryKeyValue, Linear Output, Norm FeedForwardNorm, Linear Up, Linear Down);
