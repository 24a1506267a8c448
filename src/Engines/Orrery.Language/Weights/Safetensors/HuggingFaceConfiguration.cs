using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Language.Weights.Safetensors;

/// <summary>From config.json to GGUF's metadata.</summary>
internal sealed class HuggingFaceConfiguration
{
    private static readonly Dictionary<string, string> Architectures = new()
    {
        ["llama"] = "llama",
        ["mistral"] = "llama",
        ["mixtral"] = "llama",
        ["qwen2"] = "qwen2",
        ["qwen2_moe"] = "qwen2moe",
        ["qwen3"] = "qwen3",
        ["qwen3_moe"] = "qwen3moe",
        ["gemma"] = "gemma",
        ["gemma2"] = "gemma2",
        ["gemma3"] = "gemma3",
        ["gemma3_text"] = "gemma3",
        ["phi3"] = "phi3",
        ["gpt2"] = "gpt2",
        ["bert"] = "bert",
        ["roberta"] = "roberta",
        ["xlm-roberta"] = "roberta",
    };

    // The several names that libraries gave the same number, in GGUF's word for it.
    private static readonly (string Key, string[] Names)[] Numbers =
    [
        ("embedding_length", ["hidden_size", "n_embd"]),
        ("block_count", ["num_hidden_layers", "n_layer"]),
        ("feed_forward_length", ["intermediate_size", "n_inner"]),
        ("context_length", ["max_position_embeddings", "n_positions"]),
        ("attention.head_count", ["num_attention_heads", "n_head"]),
        ("attention.head_count_kv", ["num_key_value_heads"]),
        ("attention.key_length", ["head_dim"]),
        ("attention.value_length", ["head_dim"]),
        ("attention.layer_norm_rms_epsilon", ["rms_norm_eps"]),
        ("attention.layer_norm_epsilon", ["layer_norm_eps", "layer_norm_epsilon"]),
        ("attention.sliding_window", ["sliding_window"]),
        ("attention.sliding_window_pattern", ["sliding_window_pattern"]),
        ("attn_logit_softcapping", ["attn_logit_softcapping"]),
        ("final_logit_softcapping", ["final_logit_softcapping"]),
        ("rope.freq_base", ["rope_theta"]),
        ("rope.freq_base_swa", ["rope_local_base_freq"]),
        ("expert_count", ["num_local_experts", "num_experts"]),
        ("expert_used_count", ["num_experts_per_tok"]),
        ("expert_feed_forward_length", ["moe_intermediate_size"]),
        ("expert_shared_feed_forward_length", ["shared_expert_intermediate_size"]),
    ];

    private readonly Dictionary<string, object> _values = [];
    private readonly string _architecture;

    private HuggingFaceConfiguration(string path, JsonElement root)
    {
        var type = root.TryGetProperty("model_type", out var named) ? named.GetString() ?? "" : "";
        _architecture = Architectures.GetValueOrDefault(type)
            ?? throw new InvalidException($"model_type '{type}' of '{path}' is not supported. Supported: {string.Join(", ", Architectures.Keys)}.");
        // Models that also see keep their text part below.
        var text = root.TryGetProperty("text_config", out var inner) && inner.ValueKind is JsonValueKind.Object ? inner : root;
        _values["general.architecture"] = _architecture;
        foreach (var (key, names) in Numbers)
        {
            if (names.Select(name => Number(text, name)).FirstOrDefault(number => number is not null) is { } number)
                Set(key, number);
        }

        if (_architecture is "llama")
            _values["orrery.rope_style"] = "halves";
        if (text.TryGetProperty("norm_topk_prob", out var normalizes) && normalizes.ValueKind is JsonValueKind.True or JsonValueKind.False)
            Set("expert_weights_norm", normalizes.GetBoolean());
        if (Number(text, "query_pre_attn_scalar") is { } scalar)
            Set("attention.scale", 1 / Math.Sqrt(Convert.ToDouble(scalar, System.Globalization.CultureInfo.InvariantCulture)));
        if (_architecture is "gpt2" && !_values.ContainsKey("gpt2.feed_forward_length") && _values.TryGetValue("gpt2.embedding_length", out var width))
            Set("feed_forward_length", 4 * (long)width);
        ReadScaling(text);
        ReadTokens(root, text);
    }

    /// <summary>GGUF's name of the family.</summary>
    public string Architecture => _architecture;

    public ModelMetadata Metadata => new(_values);

    /// <summary>Factors of longrope, one a rotation.</summary>
    public float[]? LongFactors { get; private set; }

    public static unsafe HuggingFaceConfiguration Read(string path)
    {
        var file = new MappedFile(path);
        if (file.Length > 1 << 24)
            throw new InvalidException($"'{path}' has {file.Length} bytes, too many for a configuration.");
        try
        {
            using var json = JsonDocument.Parse(new ReadOnlySpan<byte>(file.Pointer, (int)file.Length).ToArray());
            return new(path, json.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidException($"'{path}' is no model configuration: {fault.Message}", fault);
        }
    }

    private void ReadScaling(JsonElement text)
    {
        if (!text.TryGetProperty("rope_scaling", out var scaling) || scaling.ValueKind is not JsonValueKind.Object)
            return;
        var type = (scaling.TryGetProperty("rope_type", out var named) || scaling.TryGetProperty("type", out named) ? named.GetString() : null) switch
        {
            "default" or null => "none",
            "dynamic" => "none", // it begins to scale beyond the context, where generation ends
            "su" => "longrope",
            var other => other,
        };
        Set("rope.scaling.type", type);
        foreach (var (key, name) in ((string, string)[])
            [("factor", "factor"), ("original_context_length", "original_max_position_embeddings"), ("low_freq_factor", "low_freq_factor"),
            ("high_freq_factor", "high_freq_factor"), ("attn_factor", "attention_factor"), ("yarn_beta_fast", "beta_fast"), ("yarn_beta_slow", "beta_slow")])
        {
            if ((Number(scaling, name) ?? Number(text, name)) is { } number)
                Set("rope.scaling." + key, number);
        }

        if (scaling.TryGetProperty("long_factor", out var factors) && factors.ValueKind is JsonValueKind.Array)
            LongFactors = [.. factors.EnumerateArray().Select(factor => factor.GetSingle())];
    }

    private void ReadTokens(JsonElement root, JsonElement text)
    {
        foreach (var (key, name) in ((string, string)[])[("bos", "bos_token_id"), ("eos", "eos_token_id")])
        {
            if (!root.TryGetProperty(name, out var id) && !text.TryGetProperty(name, out id))
                continue;
            if (id.ValueKind is JsonValueKind.Number)
                _values[$"tokenizer.ggml.{key}_token_id"] = id.GetInt64();
            else if (id.ValueKind is JsonValueKind.Array)
                _values[$"tokenizer.ggml.{key}_token_ids"] = id.EnumerateArray().Select(one => one.GetInt64()).ToArray();
        }
    }

    private void Set(string key, object value) => _values[$"{_architecture}.{key}"] = value;

    private static object? Number(JsonElement element, string name) =>
        !element.TryGetProperty(name, out var value) || value.ValueKind is not JsonValueKind.Number ? null : value.TryGetInt64(out var whole) ? whole : value.GetDouble();
}
