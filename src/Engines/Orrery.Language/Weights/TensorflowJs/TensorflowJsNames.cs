using System.Text.RegularExpressions;

namespace Orrery.Language.Weights.TensorflowJs;

/// <summary>A weight in GGUF's words, and whether its rows are columns there.</summary>
internal readonly record struct TensorflowJsName(string Name, bool IsTransposed);

/// <summary>The names that Universal Sentence Encoder Lite's frozen graph gives its weights.</summary>
internal static partial class TensorflowJsNames
{
    private static readonly Dictionary<string, TensorflowJsName> Layer = new(StringComparer.Ordinal)
    {
        ["layer_prepostprocess/layer_norm/layer_norm_scale"] = new("attn_norm.weight", false),
        ["layer_prepostprocess/layer_norm/layer_norm_bias"] = new("attn_norm.bias", false),
        ["MultiheadAttention/qkv_transform_single/kernel"] = new("attn_qkv.weight", true),
        ["MultiheadAttention/qkv_transform_single/bias"] = new("attn_qkv.bias", false),
        ["MultiheadAttention/output_transform_single/kernel"] = new("attn_output.weight", true),
        ["MultiheadAttention/output_transform_single/bias"] = new("attn_output.bias", false),
        ["dense/kernel"] = new("residual.weight", true),
        ["dense/bias"] = new("residual.bias", false),
        ["FFN/layer_prepostprocess/layer_norm/layer_norm_scale"] = new("ffn_norm.weight", false),
        ["FFN/layer_prepostprocess/layer_norm/layer_norm_bias"] = new("ffn_norm.bias", false),
        ["FFN/conv1/Tensordot/Reshape_1"] = new("ffn_up.weight", true),
        ["FFN/conv1/bias"] = new("ffn_up.bias", false),
        ["FFN/conv2/Tensordot/Reshape_1"] = new("ffn_down.weight", true),
        ["FFN/conv2/bias"] = new("ffn_down.bias", false),
    };

    /// <summary>Null where nothing here reads the weight.</summary>
    public static TensorflowJsName? Translate(string name)
    {
        if (name.EndsWith("/Embeddings_en", StringComparison.Ordinal))
            return new("token_embd.weight", false);
        if (name.EndsWith("/AddTimingSignal/TimingSignal/ExpandDims_1", StringComparison.Ordinal))
            return new("position_embd.frequencies", false);
        if (name.EndsWith("/hidden_layers/tanh_layer_0/weights", StringComparison.Ordinal))
            return new("cls.weight", true);
        if (name.EndsWith("/hidden_layers/tanh_layer_0/bias", StringComparison.Ordinal))
            return new("cls.bias", false);
        var match = LayerName().Match(name);
        return match.Success && Layer.TryGetValue(match.Groups["part"].Value, out var part) ? part with { Name = $"blk.{match.Groups["layer"].Value}.{part.Name}" } : null;
    }

    [GeneratedRegex(@"/Layer_(?<layer>\d{1,3})/TransformerLayer/(?<part>.+?)(/ConcatPartitions/concat|/part_0)?$", RegexOptions.CultureInvariant)]
    private static partial Regex LayerName();
}
