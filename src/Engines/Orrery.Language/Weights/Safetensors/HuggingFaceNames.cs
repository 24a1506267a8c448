using System.Text.RegularExpressions;

namespace Orrery.Language.Weights.Safetensors;

/// <summary>Names of tensors as Hugging Face's libraries write them, and GGUF's for the same.</summary>
internal static partial class HuggingFaceNames
{
    private static readonly Dictionary<string, string> Whole = new()
    {
        ["embed_tokens.weight"] = "token_embd.weight",
        ["norm.weight"] = "output_norm.weight",
        ["lm_head.weight"] = "output.weight",
        // GPT-2
        ["wte.weight"] = "token_embd.weight",
        ["wpe.weight"] = "position_embd.weight",
        ["ln_f.weight"] = "output_norm.weight",
        ["ln_f.bias"] = "output_norm.bias",
        // BERT
        ["embeddings.word_embeddings.weight"] = "token_embd.weight",
        ["embeddings.position_embeddings.weight"] = "position_embd.weight",
        ["embeddings.token_type_embeddings.weight"] = "token_types.weight",
        ["embeddings.LayerNorm.weight"] = "token_embd_norm.weight",
        ["embeddings.LayerNorm.bias"] = "token_embd_norm.bias",
        ["classifier.weight"] = "cls.output.weight",
        ["classifier.bias"] = "cls.output.bias",
        ["pooler.dense.weight"] = "cls.weight",
        ["pooler.dense.bias"] = "cls.bias",
        ["classifier.dense.weight"] = "cls.weight",
        ["classifier.dense.bias"] = "cls.bias",
        ["classifier.out_proj.weight"] = "cls.output.weight",
        ["classifier.out_proj.bias"] = "cls.output.bias",
    };

    private static readonly Dictionary<string, string> OfLayer = new()
    {
        ["input_layernorm"] = "attn_norm",
        ["self_attn.q_proj"] = "attn_q",
        ["self_attn.k_proj"] = "attn_k",
        ["self_attn.v_proj"] = "attn_v",
        ["self_attn.qkv_proj"] = "attn_qkv",
        ["self_attn.o_proj"] = "attn_output",
        ["self_attn.q_norm"] = "attn_q_norm",
        ["self_attn.k_norm"] = "attn_k_norm",
        ["post_attention_layernorm"] = "ffn_norm",
        ["pre_feedforward_layernorm"] = "ffn_norm",
        ["post_feedforward_layernorm"] = "post_ffw_norm",
        ["mlp.gate_proj"] = "ffn_gate",
        ["mlp.up_proj"] = "ffn_up",
        ["mlp.down_proj"] = "ffn_down",
        ["mlp.gate_up_proj"] = "ffn_up",
        ["block_sparse_moe.gate"] = "ffn_gate_inp",
        ["mlp.gate"] = "ffn_gate_inp",
        ["mlp.shared_expert.gate_proj"] = "ffn_gate_shexp",
        ["mlp.shared_expert.up_proj"] = "ffn_up_shexp",
        ["mlp.shared_expert.down_proj"] = "ffn_down_shexp",
        ["mlp.shared_expert_gate"] = "ffn_gate_inp_shexp",
        // GPT-2
        ["ln_1"] = "attn_norm",
        ["attn.c_attn"] = "attn_qkv",
        ["attn.c_proj"] = "attn_output",
        ["ln_2"] = "ffn_norm",
        ["mlp.c_fc"] = "ffn_up",
        ["mlp.c_proj"] = "ffn_down",
        // BERT
        ["attention.self.query"] = "attn_q",
        ["attention.self.key"] = "attn_k",
        ["attention.self.value"] = "attn_v",
        ["attention.output.dense"] = "attn_output",
        ["attention.output.LayerNorm"] = "attn_output_norm",
        ["intermediate.dense"] = "ffn_up",
        ["output.dense"] = "ffn_down",
        ["output.LayerNorm"] = "layer_output_norm",
    };

    /// <summary>GGUF's name; null for a tensor that inference does not need (masks, rotary tables).</summary>
    public static string? Translate(string name, string architecture)
    {
        var bare = Prefix().Replace(name, "");
        if (Whole.TryGetValue(bare, out var whole))
            return whole;
        if (Layer().Match(bare) is not { Success: true } layer)
            return null;
        var (index, part, kind) = (layer.Groups["index"].Value, layer.Groups["part"].Value, layer.Groups["kind"].Value);
        if (Expert().Match(part) is { Success: true } expert)
        {
            var which = expert.Groups["which"].Value switch { "w1" or "gate_proj" => "gate", "w3" or "up_proj" => "up", _ => "down" };
            return $"blk.{index}.ffn_{which}.{expert.Groups["expert"].Value}.{kind}";
        }

        if (!OfLayer.TryGetValue(part, out var translated))
            return null;
        // Gemma 2 and 3 have four norms a layer; what others call post-attention comes after attention there.
        if (part == "post_attention_layernorm" && architecture is ("gemma2" or "gemma3"))
            translated = "post_attention_norm";
        return $"blk.{index}.{translated}.{kind}";
    }

    [GeneratedRegex(@"^(language_model\.)?(model|transformer|bert|roberta)\.")]
    private static partial Regex Prefix();

    [GeneratedRegex(@"^(encoder\.layer|layers|h)\.(?<index>\d{1,5})\.(?<part>.+)\.(?<kind>weight|bias)$")]
    private static partial Regex Layer();

    [GeneratedRegex(@"^(block_sparse_moe|mlp)\.experts\.(?<expert>\d{1,5})\.(?<which>w1|w2|w3|gate_proj|up_proj|down_proj)$")]
    private static partial Regex Expert();
}
