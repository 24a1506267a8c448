using System.Text.Json;
using System.Text.RegularExpressions;
using Orrery.Kernel;
using Orrery.Language.Inference;
using Orrery.Language.Kernels;
using Orrery.Language.Models;
using Orrery.Language.Weights;
using Orrery.Language.Weights.Safetensors;

namespace Orrery.Language.Adapters;

/// <summary>A folder as PEFT saves an adapter: adapter_config.json and adapter_model.safetensors. What it does not understand is refused, for an adapter that is half applied says something else.</summary>
internal sealed partial class PeftReader
{
    private const int MostConfigurationBytes = 1 << 20;

    private readonly string _folder;
    private readonly LanguageModel _model;
    private readonly ModelConfiguration _shape;
    private readonly Dictionary<string, WeightTensor> _tensors;
    private readonly double _alpha;
    private readonly bool _isRankStabilized;
    private readonly LoraFactors?[,] _factors;

    private PeftReader(string folder, LanguageModel model)
    {
        (_folder, _model, _shape) = (folder, model, model.Configuration);
        if (_shape.ExpertCount > 0 || _shape.RotaryStyle is RotaryStyle.None)
            throw new InvalidException($"Adapters of '{_shape.Architecture}' models with experts, or of GPT-2, are not supported.");
        (_alpha, _isRankStabilized) = Configure();
        Dictionary<string, string> others = [];
        _tensors = SafetensorsFile.Read(new(Path.Combine(folder, "adapter_model.safetensors")), others);
        if (others.Count > 0)
            throw Wrong($"tensor '{others.First().Key}' has type {others.First().Value}; supported are F32, F16, BF16");
        _factors = new LoraFactors?[_shape.LayerCount, Enum.GetValues<LoraTarget>().Length];
    }

    public static LoraAdapter Read(string folder, LanguageModel model)
    {
        var reader = new PeftReader(folder, model);
        foreach (var name in reader._tensors.Keys)
            reader.Take(name);
        return new(model, folder, reader._factors);
    }

    private (double Alpha, bool IsRankStabilized) Configure()
    {
        var path = Path.Combine(_folder, "adapter_config.json");
        if (!new FileInfo(path).Exists)
            throw new NotFoundException($"'{_folder}' has no adapter_config.json: expected a folder as PEFT saves it.");
        try
        {
            using var document = JsonDocument.Parse(MappedFile.ReadWhole(path, MostConfigurationBytes));
            var root = document.RootElement;
            bool Says(string name) => root.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False)
                && !(value.ValueKind is JsonValueKind.Object && !value.EnumerateObject().Any()) && !(value.ValueKind is JsonValueKind.Array && value.GetArrayLength() == 0);
            if (root.GetProperty("peft_type").GetString() is not "LORA" and var kind)
                throw Wrong($"it is of kind '{kind}'; supported is LORA");
            foreach (var name in (string[])["use_dora", "alpha_pattern", "modules_to_save", "fan_in_fan_out", "lora_bias"])
            {
                if (Says(name))
                    throw Wrong($"it uses '{name}', which is not supported");
            }

            if (root.TryGetProperty("bias", out var bias) && bias.GetString() is not ("none" or null))
                throw Wrong($"it changes biases ('{bias.GetString()}'), which is not supported");
            var alpha = root.GetProperty("lora_alpha").GetDouble();
            return double.IsFinite(alpha) ? (alpha, Says("use_rslora")) : throw Wrong($"its lora_alpha is {alpha}");
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidException($"The adapter_config.json of '{_folder}' is not as PEFT writes it: {fault.Message}", fault);
        }
    }

    private void Take(string name)
    {
        if (Factor().Match(name) is not { Success: true } match || !int.TryParse(match.Groups["layer"].Value, out var layer))
            throw Wrong($"tensor '{name}' is no factor of a projection of a layer, which alone are supported");
        if (layer >= _shape.LayerCount)
            throw Wrong($"tensor '{name}' is of layer {layer}, and the model has {_shape.LayerCount}");
        var other = name[..match.Groups["which"].Index] + (match.Groups["which"].Value == "A" ? "B" : "A") + name[(match.Groups["which"].Index + 1)..];
        if (!_tensors.TryGetValue(other, out var second))
            throw Wrong($"tensor '{name}' is without '{other}'");
        if (match.Groups["which"].Value == "A")
            Take(name, layer, match.Groups["module"].Value, _tensors[name], second);
    }

    private void Take(string name, int layer, string module, WeightTensor a, WeightTensor b)
    {
        var parts = Parts(module, name);
        var (rows, columns) = (parts.Sum(part => part.Rows), Columns(module));
        if (a.Shape is not [var rank, var length] || length != columns || b.Shape is not [var height, var width] || height != rows || width != rank || rank is < 1 or > LoraFactors.MostRank)
            throw Wrong($"{a} and {b} should be (rank, {columns}) and ({rows}, rank) with a rank of at most {LoraFactors.MostRank}");
        var scale = (float)(_alpha / (_isRankStabilized ? Math.Sqrt(rank) : rank));
        var down = new NativeArray<float>([.. a.ToArray().Select(value => value * scale)]);
        var up = b.ToArray();
        var first = 0;
        foreach (var (target, count) in parts)
        {
            _factors[layer, (int)target] = new(down, Rows(up, first, count, (int)rank, target), (int)rank, columns, count);
            first += count;
        }
    }

    /// <summary>Some rows of B, in the order of the model's own: GGUF's llama has rotary pairs side by side, PEFT's files half a head apart.</summary>
    private NativeArray<float> Rows(float[] b, int first, int count, int rank, LoraTarget target)
    {
        var isMoved = _shape.RotaryStyle is RotaryStyle.Adjacent && target is (LoraTarget.Query or LoraTarget.Key);
        var dimension = _shape.HeadDimension;
        var rows = new float[count * rank];
        for (var row = 0; row < count; row++)
        {
            var from = isMoved ? row / dimension * dimension + row % dimension / 2 + row % 2 * (dimension / 2) : row;
            Array.Copy(b, (first + from) * rank, rows, row * rank, rank);
        }

        return new(rows);
    }

    private (LoraTarget Target, int Rows)[] Parts(string module, string name)
    {
        var (queries, keys, length) = (_shape.HeadCount * _shape.HeadDimension, _shape.KeyValueHeadCount * _shape.HeadDimension, _shape.FeedForwardLength);
        return module switch
        {
            "self_attn.q_proj" => [(LoraTarget.Query, queries)],
            "self_attn.k_proj" => [(LoraTarget.Key, keys)],
            "self_attn.v_proj" => [(LoraTarget.Value, keys)],
            "self_attn.qkv_proj" => [(LoraTarget.Query, queries), (LoraTarget.Key, keys), (LoraTarget.Value, keys)],
            "self_attn.o_proj" => [(LoraTarget.Output, _shape.Width)],
            "mlp.gate_proj" => [(LoraTarget.Gate, length)],
            "mlp.up_proj" => [(LoraTarget.Up, length)],
            "mlp.gate_up_proj" => [(LoraTarget.Gate, length), (LoraTarget.Up, length)],
            "mlp.down_proj" => [(LoraTarget.Down, _shape.Width)],
            _ => throw Wrong($"tensor '{name}' is of the module '{module}', which is not supported"),
        };
    }

    private int Columns(string module) => module switch
    {
        "self_attn.o_proj" => _shape.HeadCount * _shape.HeadDimension,
        "mlp.down_proj" => _shape.FeedForwardLength,
        _ => _shape.Width,
    };

    private InvalidException Wrong(string why) => new($"The adapter '{_folder}' cannot be applied to '{_model.File.Path}': {why}.");

    [GeneratedRegex(@"^base_model\.model\.(model\.)+layers\.(?<layer>\d{1,5})\.(?<module>.+)\.lora_(?<which>[AB])(\.default)?\.weight$")]
    private static partial Regex Factor();
}
