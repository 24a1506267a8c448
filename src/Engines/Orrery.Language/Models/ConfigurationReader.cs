using Orrery.Kernel;
using Orrery.Language.Weights;

namespace Orrery.Language.Models;

/// <summary>From a file's metadata to the model's shape; all of it is checked before a tensor is looked at.</summary>
internal sealed class ConfigurationReader(ModelFile file, string architecture)
{
    private const int MostOfAnything = 1 << 24;

    private static readonly string[] EndNames = ["eos", "eot", "eom"];

    /// <summary>Families that are supported.</summary>
    public static readonly string[] Decoders = ["llama", "qwen2", "qwen2moe", "qwen3", "qwen3moe", "gemma", "gemma2", "gemma3", "phi3", "gpt2"];

    public static ModelConfiguration Read(ModelFile file)
    {
        var architecture = file.Metadata.FindString("general.architecture")
            ?? throw new InvalidException($"'{file.Path}' does not say which architecture it is (general.architecture).");
        if (!Decoders.Contains(architecture))
        {
            var near = NearestName.Of(architecture, Decoders) is { } name ? $" Did you mean '{name}'?" : "";
            throw new InvalidException($"Architecture '{architecture}' of '{file.Path}' is not supported.{near} Supported: {string.Join(", ", Decoders)}.");
        }

        return new ConfigurationReader(file, architecture).Read();
    }

    private ModelConfiguration Read()
    {
        var width = Count("embedding_length");
        var heads = Count("attention.head_count");
        var keyValueHeads = Count("attention.head_count_kv", heads);
        var headDimension = Count("attention.key_length", width / heads);
        var experts = Count("expert_count", 0);
        var configuration = new ModelConfiguration
        {
            Architecture = architecture,
            LayerCount = Count("block_count"),
            Width = width,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadDimension = headDimension,
            FeedForwardLength = Count("expert_feed_forward_length", experts > 0 && architecture != "llama" ? null : Count("feed_forward_length")),
            VocabularySize = Vocabulary(),
            ContextLength = Count("context_length"),
            NormEpsilon = (float)(Number("attention.layer_norm_rms_epsilon") ?? Number("attention.layer_norm_epsilon") ?? 1e-5),
            RotaryDimensions = Count("rope.dimension_count", headDimension),
            RotaryBase = Number("rope.freq_base") ?? 10_000,
            RotaryScaling = Scaling(),
            SlidingWindow = architecture is "qwen2" or "qwen2moe" or "qwen3" or "qwen3moe" ? 0 : Count("attention.sliding_window", 0),
            AttentionScale = (float)(Number("attention.scale") ?? 1 / Math.Sqrt(headDimension)),
            ExpertCount = experts,
            ExpertsUsed = Count("expert_used_count", 0),
            SharedExpertLength = Count("expert_shared_feed_forward_length", 0),
            BeginToken = Token("tokenizer.ggml.bos_token_id"),
            NormalizesExperts = file.Metadata.FindBoolean($"{architecture}.expert_weights_norm") ?? architecture != "qwen2moe",
            EndTokens = EndTokens(),
        };
        configuration = Adapt(configuration);
        Check(configuration);
        return configuration;
    }

    /// <summary>What a family does otherwise than Llama.</summary>
    private ModelConfiguration Adapt(ModelConfiguration configuration) => architecture switch
    {
        // Files that Hugging Face's libraries wrote keep Llama's pairs apart; GGUF's converter put them side by side.
        "llama" => configuration with { RotaryStyle = file.Metadata.FindString("orrery.rope_style") == "halves" ? RotaryStyle.Halves : RotaryStyle.Adjacent },
        "gemma" => configuration with { RotaryStyle = RotaryStyle.Halves, Activation = Activation.GeluTanh, EmbeddingScale = MathF.Sqrt(configuration.Width) },
        "gemma2" => configuration with
        {
            RotaryStyle = RotaryStyle.Halves,
            Activation = Activation.GeluTanh,
            EmbeddingScale = MathF.Sqrt(configuration.Width),
            AttentionCap = (float)(Number("attn_logit_softcapping") ?? 50),
            LogitCap = (float)(Number("final_logit_softcapping") ?? 30),
            GlobalEvery = 2,
            // 27B alone (46 layers) scales by the width of a head in the residual stream instead.
            AttentionScale = configuration.LayerCount == 46 && Number("attention.scale") is null ? 1 / MathF.Sqrt((float)configuration.Width / configuration.HeadCount) : configuration.AttentionScale,
        },
        "gemma3" => configuration with
        {
            RotaryStyle = RotaryStyle.Halves,
            Activation = Activation.GeluTanh,
            EmbeddingScale = MathF.Sqrt(configuration.Width),
            LogitCap = (float)(Number("final_logit_softcapping") ?? 0),
            GlobalEvery = Count("attention.sliding_window_pattern", 6),
            RotaryBase = Number("rope.freq_base") ?? 1_000_000,
            LocalRotaryBase = Number("rope.freq_base_swa") ?? 10_000,
            AttentionScale = configuration.LayerCount == 62 && Number("attention.scale") is null ? 1 / MathF.Sqrt((float)configuration.Width / configuration.HeadCount) : configuration.AttentionScale,
        },
        "gpt2" => configuration with { RotaryStyle = RotaryStyle.None, UsesLayerNorm = true, Activation = Activation.GeluTanh },
        _ => configuration with { RotaryStyle = RotaryStyle.Halves },
    };

    private RotaryScaling Scaling()
    {
        var factor = Number("rope.scaling.factor") ?? Number("rope.scale_linear") ?? 1;
        var original = Count("rope.scaling.original_context_length", Count("context_length"));
        var kind = file.Metadata.FindString($"{architecture}.rope.scaling.type") switch
        {
            null when factor != 1 => RotaryScalingKind.Linear,
            null or "none" => RotaryScalingKind.None,
            "linear" => RotaryScalingKind.Linear,
            "yarn" => RotaryScalingKind.Yarn,
            "llama3" => RotaryScalingKind.Llama3,
            "ntk" => RotaryScalingKind.Ntk,
            "longrope" => RotaryScalingKind.LongRope,
            var other => throw new InvalidException($"Rotary scaling '{other}' of '{file.Path}' is not supported. Supported: none, linear, yarn, llama3, ntk, longrope."),
        };
        if (kind is RotaryScalingKind.LongRope && factor == 1)
            factor = Count("context_length") / (double)original;
        return new(kind, factor, original, Number("rope.scaling.attn_factor"))
        {
            FastRotations = Number("rope.scaling.yarn_beta_fast") ?? 32,
            SlowRotations = Number("rope.scaling.yarn_beta_slow") ?? 1,
            LowFrequencyFactor = Number("rope.scaling.low_freq_factor") ?? 1,
            HighFrequencyFactor = Number("rope.scaling.high_freq_factor") ?? 4,
        };
    }

    private int Vocabulary() =>
        file.Tensors.TryGetValue("token_embd.weight", out var embeddings) ? checked((int)embeddings.Rows) : throw new InvalidException($"'{file.Path}' has no token_embd.weight.");

    private void Check(ModelConfiguration configuration)
    {
        if (configuration.HeadCount % configuration.KeyValueHeadCount != 0)
            throw Wrong($"{configuration.HeadCount} heads do not share {configuration.KeyValueHeadCount} key-value heads evenly");
        if (configuration.RotaryStyle is not RotaryStyle.None && (configuration.RotaryDimensions % 2 != 0 || configuration.RotaryDimensions > configuration.HeadDimension))
            throw Wrong($"{configuration.RotaryDimensions} rotating components do not fit heads of {configuration.HeadDimension}");
        if (configuration.ExpertsUsed > configuration.ExpertCount || (configuration.ExpertCount > 0 && configuration.ExpertsUsed == 0))
            throw Wrong($"{configuration.ExpertsUsed} of {configuration.ExpertCount} experts cannot be used");
        if (Count("attention.value_length", configuration.HeadDimension) != configuration.HeadDimension)
            throw Wrong("keys and values of different lengths are not supported");
    }

    private int? Token(string key) => file.Metadata.FindInteger(key) is { } id and >= 0 and < MostOfAnything ? (int)id : null;

    private int[] EndTokens()
    {
        var single = EndNames.Select(name => Token($"tokenizer.ggml.{name}_token_id")).OfType<int>();
        var several = file.Metadata.FindIntegers("tokenizer.ggml.eos_token_ids") ?? [];
        return [.. single.Concat(several.Where(id => id is >= 0 and < MostOfAnything).Select(id => (int)id)).Distinct()];
    }

    private double? Number(string name) => file.Metadata.FindNumber($"{architecture}.{name}");

    private int Count(string name, int? otherwise = null)
    {
        var value = file.Metadata.FindInteger($"{architecture}.{name}") ?? otherwise ?? throw Wrong($"{architecture}.{name} is missing");
        return value is >= 0 and <= MostOfAnything && (value > 0 || otherwise == 0)
            ? (int)value
            : throw Wrong($"{architecture}.{name} is {value}");
    }

    private InvalidException Wrong(string why) => new($"'{file.Path}' cannot be run: {why}.");
}
