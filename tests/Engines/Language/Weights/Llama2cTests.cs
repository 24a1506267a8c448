using System.Runtime.InteropServices;
using Orrery.Kernel;
using Orrery.Language.Inference;
using Orrery.Language.Weights;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Weights;

public sealed class Llama2cTests : IDisposable
{
    private static readonly int[] Header = [16, 24, 2, 4, 2, 20, 32]; // width, feed-forward, layers, heads, key-value heads, vocabulary, context

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_checkpoint_says_the_same_as_its_tensors_in_GGUF()
    {
        var checkpoint = ModelFile.Open(Write(Header, Floats(Header)));
        var metadata = checkpoint.Metadata.Keys.ToDictionary(key => key, key => checkpoint.Metadata.Find(key)!);
        var path = _folder.File("same.gguf");
        using (var stream = File.Create(path))
        {
            var writer = new Orrery.Language.Weights.Gguf.GgufWriter(stream);
            foreach (var (key, value) in metadata)
                writer.Add(key, value);
            foreach (var tensor in checkpoint.Tensors.Values)
                writer.Declare(tensor.Name, TensorType.F32, [.. tensor.Shape]);
            foreach (var tensor in checkpoint.Tensors.Values)
                writer.Append(MemoryMarshal.AsBytes<float>(tensor.ToArray()));
            writer.Complete();
        }

        using var first = LanguageModel.Open(checkpoint, new() { Threads = 1 });
        using var second = LanguageModel.Open(path, new() { Threads = 1 });
        Assert.Equal(await Tokens(first), await Tokens(second));
    }

    [Fact]
    public void A_negative_vocabulary_brings_an_output_of_its_own()
    {
        int[] header = [.. Header];
        header[5] = -20;
        Assert.True(ModelFile.Open(Write(header, Floats(header))).Tensors.ContainsKey("output.weight"));
        Assert.False(ModelFile.Open(Write(Header, Floats(Header))).Tensors.ContainsKey("output.weight"));
    }

    [Fact]
    public void A_cut_off_checkpoint_is_refused() =>
        Assert.Contains("cut off", Assert.Throws<InvalidException>(() => ModelFile.Open(Write(Header, Floats(Header) - 1))).Message);

    [Theory]
    [InlineData(0, int.MaxValue)]
    [InlineData(2, 0)]
    [InlineData(3, -4)]
    [InlineData(4, 3)]
    [InlineData(5, int.MinValue)]
    public void A_header_that_makes_no_sense_is_refused(int place, int value)
    {
        int[] header = [.. Header];
        header[place] = value;
        Assert.Throws<InvalidException>(() => ModelFile.Open(Write(header, 100)));
    }

    private static async Task<List<int>> Tokens(LanguageModel model)
    {
        List<int> tokens = [];
        await foreach (var token in model.GenerateAsync([1, 5], new() { MaxTokens = 12, IgnoresEndTokens = true }))
            tokens.Add(token.Token);
        return tokens;
    }

    private static int Floats(int[] header)
    {
        var (width, hidden, layers, heads, keyValueHeads, vocabulary, context) = (header[0], header[1], header[2], header[3], header[4], header[5], header[6]);
        var keys = width / heads * keyValueHeads;
        var layer = 2 * width + 2 * width * width + 2 * keys * width + 3 * hidden * width;
        return Math.Abs(vocabulary) * width * (vocabulary < 0 ? 2 : 1) + layers * layer + width + context * (width / heads);
    }

    private string Write(int[] header, int floats)
    {
        var path = _folder.File($"{Guid.NewGuid():n}.bin");
        using var stream = File.Create(path);
        stream.Write(MemoryMarshal.AsBytes<int>(header));
        stream.Write(MemoryMarshal.AsBytes<float>(RandomWeights.Of("checkpoint", floats)));
        return path;
    }
}
