using Orrery.Kernel;
using Orrery.Language.Kernels;
using Orrery.Language.Weights;

namespace Orrery.Language.Models;

/// <summary>All weights of a decoder, by GGUF's names.</summary>
internal sealed class DecoderWeights
{
    private readonly TensorSet _tensors;
    private readonly ModelConfiguration _shape;

    public DecoderWeights(ModelFile file, ModelConfiguration shape)
    {
        (_tensors, _shape) = (new(file), shape);
        Embeddings = _tensors.Matrix("token_embd.weight", shape.VocabularySize, shape.Width);
        Positions = shape.RotaryStyle is RotaryStyle.None ? _tensors.Matrix("position_embd.weight", shape.ContextLength, shape.Width) : null;
        FinalNorm = Norm("output_norm", shape.Width);
        // Without one of its own, the output is the embeddings once more (tied).
        Output = _tensors.FindMatrix("output.weight", shape.VocabularySize, shape.Width) ?? Embeddings;
        RotaryDivisors = RotaryFactors(shape);
        Layers = [.. Enumerable.Range(0, shape.LayerCount).Select(ReadLayer)];
        if (Layers.Select(layer => layer.Query.Columns).Any(columns => columns != shape.Width))
            throw new InvalidException($"'{file.Path}' has layers of different widths.");
    }

    public Matrix Embeddings { get; }

    public Matrix? Positions { get; }

    public IReadOnlyList<LayerWeights> Layers { get; }

    public Norm FinalNorm { get; }

    public Matrix Output { get; }

    /// <summary>What each rotation is slowed by, where the file says.</summary>
    public float[]? RotaryDivisors { get; }

    private LayerWeights ReadLayer(int index)
    {
        var prefix = FormattableString.Invariant($"blk.{index}.");
        var (width, queries, keys) = (_shape.Width, _shape.HeadCount * _shape.HeadDimension, _shape.KeyValueHeadCount * _shape.HeadDimension);
        var joined = _tensors.FindJoined(prefix + "attn_qkv.weight", width, queries, keys, keys);
        var joinedBias = _tensors.FindVector(prefix + "attn_qkv.bias", queries + 2 * keys);
        return new()
        {
            AttentionNorm = Norm(prefix + "attn_norm", width),
            Query = joined?[0] ?? _tensors.Matrix(prefix + "attn_q.weight", queries, width),
            Key = joined?[1] ?? _tensors.Matrix(prefix + "attn_k.weight", keys, width),
            Value = joined?[2] ?? _tensors.Matrix(prefix + "attn_v.weight", keys, width),
            QueryBias = Part(joinedBias, 0, queries) ?? _tensors.FindVector(prefix + "attn_q.bias", queries),
            KeyBias = Part(joinedBias, queries, keys) ?? _tensors.FindVector(prefix + "attn_k.bias", keys),
            ValueBias = Part(joinedBias, queries + keys, keys) ?? _tensors.FindVector(prefix + "attn_v.bias", keys),
            Output = _tensors.Matrix(prefix + "attn_output.weight", width, queries),
            OutputBias = _tensors.FindVector(prefix + "attn_output.bias", width),
            QueryNorm = FindNorm(prefix + "attn_q_norm", _shape.HeadDimension),
            KeyNorm = FindNorm(prefix + "attn_k_norm", _shape.HeadDimension),
            AfterAttention = FindNorm(prefix + "post_attention_norm", width),
            FeedForwardNorm = Norm(prefix + "ffn_norm", width),
            FeedForward = _shape.ExpertCount == 0 ? ReadFeedForward(prefix, width) : null,
            Experts = _shape.ExpertCount > 0 ? ReadExperts(prefix, width) : null,
            AfterFeedForward = FindNorm(prefix + "post_ffw_norm", width),
        };
    }

    private FeedForwardWeights ReadFeedForward(string prefix, int width)
    {
        var length = _shape.FeedForwardLength;
        // Phi-3 joins gate and up.
        if (_shape.Architecture == "phi3")
        {
            var both = _tensors.FindJoined(prefix + "ffn_up.weight", width, length, length) ?? throw new InvalidException($"The model lacks the tensor '{prefix}ffn_up.weight'.");
            return new(both[0], both[1], _tensors.Matrix(prefix + "ffn_down.weight", width, length));
        }

        var gate = _shape.Architecture == "gpt2" ? null : _tensors.Matrix(prefix + "ffn_gate.weight", length, width);
        return new(
            gate, _tensors.Matrix(prefix + "ffn_up.weight", length, width), _tensors.Matrix(prefix + "ffn_down.weight", width, length),
            _tensors.FindVector(prefix + "ffn_up.bias", length), _tensors.FindVector(prefix + "ffn_down.bias", width));
    }

    private ExpertWeights ReadExperts(string prefix, int width)
    {
        var (count, length) = (_shape.ExpertCount, _shape.FeedForwardLength);
        var gates = _tensors.Experts(prefix, "gate", count, length, width);
        var ups = _tensors.Experts(prefix, "up", count, length, width);
        var downs = _tensors.Experts(prefix, "down", count, width, length);
        FeedForwardWeights? shared = null;
        if (_shape.SharedExpertLength is var sharedLength and > 0)
        {
            shared = new(
                _tensors.Matrix(prefix + "ffn_gate_shexp.weight", sharedLength, width), _tensors.Matrix(prefix + "ffn_up_shexp.weight", sharedLength, width),
                _tensors.Matrix(prefix + "ffn_down_shexp.weight", width, sharedLength));
        }

        return new(
            _tensors.Matrix(prefix + "ffn_gate_inp.weight", count, width),
            [.. Enumerable.Range(0, count).Select(expert => new FeedForwardWeights(gates[expert], ups[expert], downs[expert]))],
            shared, shared is null ? null : _tensors.FindMatrix(prefix + "ffn_gate_inp_shexp.weight", 1, width));
    }

    private float[]? RotaryFactors(ModelConfiguration shape)
    {
        var pairs = shape.RotaryDimensions / 2;
        var name = _tensors.FindVector("rope_freqs.weight", pairs) is not null ? "rope_freqs.weight"
            : shape.RotaryScaling.Kind is RotaryScalingKind.LongRope ? "rope_factors_long.weight" : null;
        return name is null ? null : _tensors.Vector(name, pairs).Span(0, pairs).ToArray();
    }

    private Norm Norm(string name, int length) => new(_tensors.Vector(name + ".weight", length), _tensors.FindVector(name + ".bias", length));

    private Norm? FindNorm(string name, int length) =>
        _tensors.FindVector(name + ".weight", length) is { } weight ? new(weight, _tensors.FindVector(name + ".bias", length)) : null;

    private static NativeArray<float>? Part(NativeArray<float>? whole, int start, int length) => whole is null ? null : new(whole.Span(start, length));
}
