using System.Runtime.InteropServices;
using Orrery.Kernel;
using Orrery.Language.Adapters;
using Orrery.Language.Inference;
using Orrery.Language.Weights;
using Orrery.Language.Weights.Gguf;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Inference;

/// <summary>A model with an adapter says what a model says whose weights were changed by it.</summary>
public sealed class LoraAdapterTests : IDisposable
{
    private const int Rank = 3, Layers = 2, HeadDimension = 8;
    private const double Alpha = 6;

    private static readonly (string Gguf, string Peft, int Rows, int Columns)[] Modules =
    [
        ("attn_q", "self_attn.q_proj", 32, 32), ("attn_k", "self_attn.k_proj", 16, 32), ("attn_v", "self_attn.v_proj", 16, 32), ("attn_output", "self_attn.o_proj", 32, 32),
        ("ffn_gate", "mlp.gate_proj", 64, 32), ("ffn_up", "mlp.up_proj", 64, 32), ("ffn_down", "mlp.down_proj", 32, 64),
    ];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_GGUF_model_with_an_adapter_is_the_merged_model()
    {
        var path = RandomWeights.WriteLlama(_folder);
        using var model = LanguageModel.Open(path, new() { Threads = 1 });
        using var merged = LanguageModel.Open(Merge(path, "one"), new() { Threads = 1 });
        var adapter = model.OpenAdapter(Save("one"));
        Assert.Equal(Layers * Modules.Sum(module => Rank * (module.Rows + module.Columns)), adapter.ParameterCount);
        var expected = await SayAsync(merged, null, 3);
        Assert.NotEqual(expected.Select(token => token.Token), (await SayAsync(model, null, 3)).Select(token => token.Token));
        Close(expected, await SayAsync(model, adapter, 3));
    }

    /// <summary>There the rows of queries and keys are in PEFT's own order.</summary>
    [Fact]
    public async Task A_model_from_safetensors_with_an_adapter_is_the_merged_model()
    {
        var path = RandomWeights.WriteLlama(_folder);
        var gguf = ModelFile.Open(path);
        var metadata = gguf.Metadata.Keys.ToDictionary(key => key, key => gguf.Metadata.Find(key)!);
        metadata["llama.attention.key_length"] = HeadDimension;
        var folder = Directory.CreateDirectory(_folder.File("hf")).FullName;
        HuggingFaceFolder.Write(folder, "llama", metadata, gguf.Tensors.Values.ToDictionary(tensor => tensor.Name, tensor => tensor.Shape.ToArray()), shards: 1);
        using var model = LanguageModel.Open(folder, new() { Threads = 1 });
        using var merged = LanguageModel.Open(Merge(path, "one"), new() { Threads = 1 });
        Close(await SayAsync(merged, null, 3), await SayAsync(model, model.OpenAdapter(Save("one")), 3));
    }

    /// <summary>The same long prompt under each: what one adapter wrote into the cache must not serve another.</summary>
    [Fact]
    public async Task Several_adapters_and_none_share_steps()
    {
        var path = RandomWeights.WriteLlama(_folder);
        using var model = LanguageModel.Open(path, new() { Threads = 2 });
        LoraAdapter?[] adapters = [null, model.OpenAdapter(Save("one")), model.OpenAdapter(Save("two")), null, model.OpenAdapter(Save("one"))];
        var expected = new List<List<GeneratedToken>>();
        foreach (var name in (string?[])[null, "one", "two", null, "one"])
        {
            using var alone = LanguageModel.Open(name is null ? path : Merge(path, name), new() { Threads = 1 });
            expected.Add(await SayAsync(alone, null, 80));
        }

        for (var round = 0; round < 2; round++)
        {
            var together = await Task.WhenAll(adapters.Select(adapter => Task.Run(() => SayAsync(model, adapter, 80))));
            for (var i = 0; i < together.Length; i++)
                Close(expected[i], together[i]);
        }
    }

    [Fact]
    public void Adapters_that_do_not_fit_are_refused_with_the_reason()
    {
        using var model = LanguageModel.Open(RandomWeights.WriteLlama(_folder), new() { Threads = 1 });
        string Refusal(string folder) => Assert.Throws<InvalidException>(() => model.OpenAdapter(folder)).Message;
        Assert.Throws<NotFoundException>(() => model.OpenAdapter(_folder.File("nowhere")));
        Assert.Contains("use_dora", Refusal(Save("dora", configuration: new() { ["peft_type"] = "LORA", ["lora_alpha"] = 1, ["use_dora"] = true })));
        Assert.Contains("IA3", Refusal(Save("ia3", configuration: new() { ["peft_type"] = "IA3", ["lora_alpha"] = 1 })));
        Assert.Contains("layer 2", Refusal(Save("deep", [("base_model.model.model.layers.2.self_attn.q_proj", 32, 32)])));
        Assert.Contains("(32, rank)", Refusal(Save("wide", [("base_model.model.model.layers.0.self_attn.q_proj", 40, 32)])));
        Assert.Contains("lm_head", Refusal(Save("head", [("base_model.model.lm_head", 40, 32)])));
        Assert.Contains("self_attn.rotary", Refusal(Save("other", [("base_model.model.model.layers.0.self_attn.rotary", 32, 32)])));
        using var other = LanguageModel.Open(RandomWeights.WriteLlama(_folder), new() { Threads = 1 });
        Assert.Throws<ArgumentException>(() => other.GenerateAsync([1], new() { Adapter = model.OpenAdapter(Save("one")) }));
    }

    private string Save(string name, IEnumerable<(string Name, int Rows, int Columns)>? modules = null, Dictionary<string, object>? configuration = null)
    {
        modules ??= from layer in Enumerable.Range(0, Layers) from module in Modules select ($"base_model.model.model.layers.{layer}.{module.Peft}", module.Rows, module.Columns);
        var folder = Directory.CreateDirectory(_folder.File($"adapter-{name}")).FullName;
        HuggingFaceFolder.WriteFile(Path.Combine(folder, "adapter_model.safetensors"), modules.SelectMany(module => new (string, long[], float[])[]
        {
            (module.Name + ".lora_A.weight", [Rank, module.Columns], RandomWeights.Of(name + module.Name + "A", Rank * module.Columns)),
            (module.Name + ".lora_B.weight", [module.Rows, Rank], RandomWeights.Of(name + module.Name + "B", Rank * module.Rows)),
        }));
        HuggingFaceFolder.WriteJson(Path.Combine(folder, "adapter_config.json"), configuration ?? new() { ["peft_type"] = "LORA", ["r"] = Rank, ["lora_alpha"] = Alpha, ["bias"] = "none", ["use_dora"] = false });
        return folder;
    }

    /// <summary>W + alpha / r · B A, in float64.</summary>
    private string Merge(string path, string name)
    {
        var model = ModelFile.Open(path);
        var target = _folder.File($"merged-{name}.gguf");
        using var stream = File.Create(target);
        var writer = new GgufWriter(stream);
        foreach (var key in model.Metadata.Keys)
            writer.Add(key, model.Metadata.Find(key) switch { long number => (uint)number, double number => (float)number, var value => value! });
        foreach (var tensor in model.Tensors.Values)
            writer.Declare(tensor.Name, TensorType.F32, [.. tensor.Shape]);
        foreach (var tensor in model.Tensors.Values)
            writer.Append(MemoryMarshal.AsBytes<float>(Merged(tensor, name)));
        writer.Complete();
        return target;
    }

    private static float[] Merged(WeightTensor tensor, string name)
    {
        var values = tensor.ToArray();
        if (tensor.Name.Split('.') is not [_, var layer, var part, "weight"] || Modules.FirstOrDefault(module => module.Gguf == part) is not { Peft: { } peft } shape)
            return values;
        var module = $"{name}base_model.model.model.layers.{layer}.{peft}";
        var a = RandomWeights.Of(module + "A", Rank * shape.Columns);
        var b = RandomWeights.Of(module + "B", Rank * shape.Rows);
        for (var row = 0; row < shape.Rows; row++)
        {
            // PEFT's row i of a head rotates with i + half; side by side they are rows 2i and 2i + 1.
            var to = part is "attn_q" or "attn_k" ? row / HeadDimension * HeadDimension + row % (HeadDimension / 2) * 2 + row % HeadDimension / (HeadDimension / 2) : row;
            for (var column = 0; column < shape.Columns; column++)
            {
                var added = Enumerable.Range(0, Rank).Sum(i => (double)b[row * Rank + i] * a[i * shape.Columns + column]);
                values[to * shape.Columns + column] += (float)(Alpha / Rank * added);
            }
        }

        return values;
    }

    private static async Task<List<GeneratedToken>> SayAsync(LanguageModel model, LoraAdapter? adapter, int prompt)
    {
        List<GeneratedToken> tokens = [];
        await foreach (var token in model.GenerateAsync([.. Enumerable.Range(0, prompt).Select(i => (i * 7 + 2) % 40)], new() { MaxTokens = 12, IgnoresEndTokens = true, Adapter = adapter }))
            tokens.Add(token);
        return tokens;
    }

    private static void Close(List<GeneratedToken> expected, List<GeneratedToken> actual)
    {
        Assert.Equal(expected.Select(token => token.Token), actual.Select(token => token.Token));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.LogProbability, pair.Second.LogProbability, 1e-3));
    }
}
