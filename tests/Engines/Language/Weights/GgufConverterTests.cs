using Orrery.Language.Inference;
using Orrery.Language.Weights;
using Orrery.Language.Weights.Gguf;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Weights;

public sealed class GgufConverterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_converted_model_says_what_it_said()
    {
        var source = ModelFile.Open(RandomWeights.WriteLlama(_folder));
        Assert.Equal(await Say(source), await Say(Convert(source, TensorType.F32)));
    }

    /// <summary>Hugging Face's Llama has rotary pairs half a head apart; the GGUF file that is made of it has them side by side.</summary>
    [Fact]
    public async Task A_model_from_safetensors_says_the_same_from_GGUF()
    {
        var gguf = ModelFile.Open(RandomWeights.WriteLlama(_folder));
        var metadata = gguf.Metadata.Keys.ToDictionary(key => key, key => gguf.Metadata.Find(key)!);
        metadata["llama.attention.key_length"] = 8;
        var shapes = gguf.Tensors.Values.ToDictionary(tensor => tensor.Name, tensor => tensor.Shape.ToArray());
        var folder = Directory.CreateDirectory(_folder.File("hf")).FullName;
        HuggingFaceFolder.Write(folder, "llama", metadata, shapes, shards: 1);
        var source = ModelFile.Open(folder);
        var converted = Convert(source, TensorType.F32);
        Assert.Equal(await Say(gguf), await Say(source));
        Assert.Equal(await Say(gguf), await Say(converted));
        Assert.Equal(gguf.Tensors["blk.0.attn_q.weight"].ToArray(), converted.Tensors["blk.0.attn_q.weight"].ToArray());
    }

    [Fact]
    public void Matrices_take_the_format_and_others_stay_exact()
    {
        var source = ModelFile.Open(RandomWeights.WriteLlama(_folder, width: 32));
        var small = Convert(source, TensorType.Q4_K);
        // Rows of 32 and 64 are no blocks of 256.
        Assert.Equal(TensorType.Q8_0, small.Tensors["blk.0.ffn_down.weight"].Format.Type);
        Assert.Equal(TensorType.F32, small.Tensors["blk.0.attn_norm.weight"].Format.Type);
        Assert.Equal(source.Tensors["output_norm.weight"].ToArray(), small.Tensors["output_norm.weight"].ToArray());
        Assert.Equal(TensorType.Q4_0, Convert(source, TensorType.Q4_0).Tensors["token_embd.weight"].Format.Type);
        Assert.Throws<NotSupportedException>(() => Convert(source, TensorType.Q2_K));
    }

    private ModelFile Convert(ModelFile model, TensorType type)
    {
        var path = _folder.File($"{Guid.NewGuid():n}.gguf");
        using (var stream = File.Create(path))
            GgufConverter.Write(model, stream, type);
        return ModelFile.Open(path);
    }

    private static async Task<List<int>> Say(ModelFile file)
    {
        using var model = LanguageModel.Open(file, new() { Threads = 1 });
        List<int> tokens = [];
        await foreach (var token in model.GenerateAsync([1, 5, 9], new() { MaxTokens = 16, IgnoresEndTokens = true }))
            tokens.Add(token.Token);
        return tokens;
    }
}
