using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orrery.Language.Tests;

/// <summary>Writes the tensors of a golden model as Hugging Face's libraries would: their names, their order of rotary pairs, their norms, their transposed layers.</summary>
internal static partial class HuggingFaceFolder
{
    private static readonly (string Gguf, string Theirs)[] LayerNames =
    [
        ("attn_q_norm", "self_attn.q_norm"), ("attn_k_norm", "self_attn.k_norm"), ("attn_qkv", "self_attn.qkv_proj"), ("attn_q", "self_attn.q_proj"), ("attn_k", "self_attn.k_proj"),
        ("attn_v", "self_attn.v_proj"), ("attn_output", "self_attn.o_proj"), ("attn_norm", "input_layernorm"), ("ffn_gate_inp_shexp", "mlp.shared_expert_gate"),
        ("ffn_gate_shexp", "mlp.shared_expert.gate_proj"), ("ffn_up_shexp", "mlp.shared_expert.up_proj"), ("ffn_down_shexp", "mlp.shared_expert.down_proj"),
        ("ffn_gate", "mlp.gate_proj"), ("ffn_up", "mlp.up_proj"), ("ffn_down", "mlp.down_proj"), ("post_attention_norm", "post_attention_layernorm"), ("post_ffw_norm", "post_feedforward_layernorm"),
    ];

    private static readonly Dictionary<string, string> Gpt2Names = new()
    {
        ["attn_norm"] = "ln_1",
        ["attn_qkv"] = "attn.c_attn",
        ["attn_output"] = "attn.c_proj",
        ["ffn_norm"] = "ln_2",
        ["ffn_up"] = "mlp.c_fc",
        ["ffn_down"] = "mlp.c_proj",
    };

    private static readonly Dictionary<string, string> ConfigurationNames = new()
    {
        ["embedding_length"] = "hidden_size",
        ["block_count"] = "num_hidden_layers",
        ["feed_forward_length"] = "intermediate_size",
        ["context_length"] = "max_position_embeddings",
        ["attention.head_count"] = "num_attention_heads",
        ["attention.head_count_kv"] = "num_key_value_heads",
        ["attention.key_length"] = "head_dim",
        ["attention.layer_norm_rms_epsilon"] = "rms_norm_eps",
        ["attention.sliding_window"] = "sliding_window",
        ["attn_logit_softcapping"] = "attn_logit_softcapping",
        ["final_logit_softcapping"] = "final_logit_softcapping",
        ["rope.freq_base"] = "rope_theta",
        ["expert_used_count"] = "num_experts_per_tok",
        ["expert_feed_forward_length"] = "moe_intermediate_size",
        ["expert_shared_feed_forward_length"] = "shared_expert_intermediate_size",
    };

    public static void Write(string folder, string modelType, Dictionary<string, object> metadata, Dictionary<string, long[]> shapes, int shards)
    {
        var architecture = (string)metadata["general.architecture"];
        var tensors = shapes.SelectMany(one => Translate(one.Key, one.Value, architecture, modelType, metadata)).ToList();
        var map = new Dictionary<string, string>();
        for (var shard = 0; shard < shards; shard++)
        {
            var name = FormattableString.Invariant($"model-{shard + 1:00000}-of-{shards:00000}.safetensors");
            var part = tensors.Where((_, i) => i % shards == shard).ToList();
            WriteFile(Path.Combine(folder, name), part);
            part.ForEach(tensor => map[tensor.Name] = name);
        }

        WriteJson(Path.Combine(folder, "model.safetensors.index.json"), new { weight_map = map });
        WriteJson(Path.Combine(folder, "config.json"), Configuration(modelType, architecture, metadata));
    }

    public static void WriteFile(string path, IEnumerable<(string Name, long[] Shape, float[] Values)> tensors)
    {
        var header = new Dictionary<string, object> { ["__metadata__"] = new Dictionary<string, string> { ["format"] = "pt" } };
        using var data = new MemoryStream();
        foreach (var (name, shape, values) in tensors)
        {
            var begin = data.Length;
            data.Write(MemoryMarshal.AsBytes<float>(values));
            header[name] = new { dtype = "F32", shape, data_offsets = (long[])[begin, data.Length] };
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        using var stream = File.Create(path);
        stream.Write(BitConverter.GetBytes((ulong)json.Length));
        stream.Write(json);
        data.WriteTo(stream);
    }

    public static void WriteJson(string path, object value)
    {
        using var stream = File.Create(path);
        JsonSerializer.Serialize(stream, value);
    }

    private static Dictionary<string, object> Configuration(string modelType, string architecture, Dictionary<string, object> metadata)
    {
        var configuration = new Dictionary<string, object> { ["model_type"] = modelType, ["norm_topk_prob"] = architecture != "qwen2moe", ["rope_local_base_freq"] = 10000 };
        foreach (var (key, value) in metadata.Where(one => one.Key.StartsWith(architecture + ".", StringComparison.Ordinal)))
        {
            var name = key[(architecture.Length + 1)..];
            if (ConfigurationNames.TryGetValue(name, out var theirs))
                configuration[theirs] = value;
        }

        if (metadata.TryGetValue($"{architecture}.expert_count", out var experts))
            configuration[modelType == "mixtral" ? "num_local_experts" : "num_experts"] = experts;
        if (metadata.TryGetValue($"{architecture}.rope.scaling.type", out var type))
        {
            var scaling = new Dictionary<string, object> { ["rope_type"] = type, ["factor"] = metadata[$"{architecture}.rope.scaling.factor"] };
            if (metadata.TryGetValue($"{architecture}.rope.scaling.original_context_length", out var original))
                scaling["original_max_position_embeddings"] = original;
            configuration["rope_scaling"] = scaling;
        }

        return configuration;
    }

    private static IEnumerable<(string Name, long[] Shape, float[] Values)> Translate(
        string name, long[] shape, string architecture, string modelType, Dictionary<string, object> metadata)
    {
        var values = RandomWeights.Of(name, shape.Aggregate(1L, (product, length) => product * length));
        if (Layer().Match(name) is not { Success: true } match)
        {
            var gpt2 = architecture == "gpt2";
            var whole = name switch
            {
                "token_embd.weight" => gpt2 ? "wte.weight" : "model.embed_tokens.weight",
                "position_embd.weight" => "wpe.weight",
                "output.weight" => "lm_head.weight",
                _ => (gpt2 ? "ln_f." : "model.norm.") + name.Split('.')[^1],
            };
            return [(whole, shape, Norm(name, values, architecture))];
        }

        var (layer, part, kind) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        if (architecture == "gpt2")
            return [($"h.{layer}.{Gpt2Names[part]}.{kind}", [.. shape.Reverse()], shape.Length == 2 ? Transposed(values, shape) : values)];
        var prefix = $"model.layers.{layer}.";
        if (part.EndsWith("_exps", StringComparison.Ordinal))
            return Experts(prefix, part, shape, values, modelType == "mixtral");
        if (part == "ffn_gate_inp")
            return [(prefix + (modelType == "mixtral" ? "block_sparse_moe.gate." : "mlp.gate.") + kind, shape, values)];
        if (part == "ffn_norm")
            return [(prefix + (architecture is "gemma2" or "gemma3" ? "pre_feedforward_layernorm." : "post_attention_layernorm.") + kind, shape, Norm(name, values, architecture))];
        if (part == "ffn_up" && architecture == "phi3")
            return [(prefix + "mlp.gate_up_proj." + kind, shape, values)];
        if (architecture == "llama" && part is ("attn_q" or "attn_k"))
            values = Apart(values, shape, (int)metadata["llama.attention.key_length"]);
        return [(prefix + LayerNames.First(one => one.Gguf == part).Theirs + "." + kind, shape, Norm(name, values, architecture))];
    }

    private static IEnumerable<(string Name, long[] Shape, float[] Values)> Experts(string prefix, string part, long[] shape, float[] values, bool mixtral)
    {
        var which = part switch { "ffn_gate_exps" => mixtral ? "w1" : "gate_proj", "ffn_up_exps" => mixtral ? "w3" : "up_proj", _ => mixtral ? "w2" : "down_proj" };
        var size = (int)(shape[1] * shape[2]);
        return Enumerable.Range(0, (int)shape[0]).Select(expert =>
            (FormattableString.Invariant($"{prefix}{(mixtral ? "block_sparse_moe" : "mlp")}.experts.{expert}.{which}.weight"), (long[])[shape[1], shape[2]], values[(expert * size)..((expert + 1) * size)]));
    }

    /// <summary>Rows 2i and 2i + 1 of a head to i and i + half.</summary>
    private static float[] Apart(float[] values, long[] shape, int headDimension)
    {
        var columns = (int)(values.Length / shape[0]);
        var moved = new float[values.Length];
        for (var row = 0; row < shape[0]; row++)
        {
            var (head, within) = (row / headDimension, row % headDimension);
            var to = head * headDimension + within / 2 + within % 2 * (headDimension / 2);
            Array.Copy(values, row * columns, moved, to * columns, columns);
        }

        return moved;
    }

    private static float[] Norm(string name, float[] values, string architecture) =>
        architecture.StartsWith("gemma", StringComparison.Ordinal) && name.EndsWith("norm.weight", StringComparison.Ordinal) ? [.. values.Select(value => value - 1)] : values;

    private static float[] Transposed(float[] values, long[] shape)
    {
        var (rows, columns) = ((int)shape[0], (int)shape[1]);
        var turned = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
            turned[i % columns * rows + i / columns] = values[i];
        return turned;
    }

    [GeneratedRegex(@"^blk\.(\d+)\.(.+)\.(weight|bias)$")]
    private static partial Regex Layer();
}
