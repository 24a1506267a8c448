using System.Text.Json;
using Orrery.Engines.Tests;
using Orrery.Language.Inference.Cache;
using Orrery.Language.Kernels.Threads;
using Orrery.Language.Models;
using Orrery.Language.Weights;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Models;

/// <summary>Every family against the float64 reference that golden/make_decoders.py wrote from the papers, read as a whole, token by token, and beside another.</summary>
public sealed class DecoderTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Families => [.. Golden.Load("Language", "decoders.json").EnumerateArray().Select(one => one.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Families))]
    public void Logits_agree_with_the_reference(string family)
    {
        using var folder = new TempFolder();
        var golden = Golden.Load("Language", "decoders.json").EnumerateArray().Single(one => one.GetProperty("name").GetString() == family);
        var (decoder, pool, team) = Open(folder, golden);
        using var _ = team;
        int[] tokens = [.. golden.Counts("tokens").Select(token => (int)token)];

        var whole = Read(decoder, new(tokens.Length, tokens.Length), new CachedSequence(pool), tokens);
        Same(golden, whole, "as a whole");

        var sequence = new CachedSequence(pool);
        List<float[]> single = [.. tokens.Select(token => Read(decoder, new(1, 1), sequence, [token])[0])];
        Same(golden, single, "token by token");

        var (left, right) = (new CachedSequence(pool), new CachedSequence(pool));
        var batch = new Batch(32, 32);
        batch.Add(right, [5, 6, 7]);
        batch.Add(left, tokens.AsSpan(0, 4));
        decoder.Step(batch);
        var rest = Read(decoder, new(32, 32), left, tokens[4..], (right, [8]));
        for (var i = 0; i < rest.Count; i++)
            Same(golden.GetProperty("logits")[i + 4], rest[i], $"beside another, token {i + 4}");
    }

    /// <summary>The same models as Hugging Face's libraries would write them.</summary>
    [Theory]
    [InlineData("llama-tied-mha", "llama")]
    [InlineData("llama-3-factors", "llama")]
    [InlineData("llama-yarn", "llama")]
    [InlineData("mistral-window", "mistral")]
    [InlineData("mixtral", "mixtral")]
    [InlineData("qwen2", "qwen2")]
    [InlineData("qwen3", "qwen3")]
    [InlineData("qwen2moe", "qwen2_moe")]
    [InlineData("gemma2", "gemma2")]
    [InlineData("gemma3", "gemma3_text")]
    [InlineData("phi3", "phi3")]
    [InlineData("gpt2", "gpt2")]
    public void Logits_agree_with_the_reference_from_safetensors_too(string family, string modelType)
    {
        using var folder = new TempFolder();
        var golden = Golden.Load("Language", "decoders.json").EnumerateArray().Single(one => one.GetProperty("name").GetString() == family);
        var (metadata, shapes) = Describe(golden);
        HuggingFaceFolder.Write(folder.Path, modelType, metadata, shapes, shards: 2);
        var (decoder, pool, team) = Open(ModelFile.Open(folder.Path));
        using var _ = team;
        int[] tokens = [.. golden.Counts("tokens").Select(token => (int)token)];
        Same(golden, Read(decoder, new(tokens.Length, tokens.Length), new CachedSequence(pool), tokens), "as a whole");
    }

    private static List<float[]> Read(Decoder decoder, Batch batch, CachedSequence sequence, int[] tokens, (CachedSequence Sequence, int[] Tokens)? beside = null)
    {
        batch.Add(sequence, tokens);
        for (var i = 0; i < tokens.Length; i++)
            batch.Want(i);
        if (beside is { } other)
            batch.Add(other.Sequence, other.Tokens);
        decoder.Step(batch);
        return [.. tokens.Select((_, row) => decoder.Logits(row).ToArray())];
    }

    private static (Decoder Decoder, PagePool Pool, ThreadTeam Team) Open(TempFolder folder, JsonElement golden)
    {
        var (metadata, shapes) = Describe(golden);
        return Open(ModelFile.Open(RandomWeights.Write(folder, "model", metadata, shapes)));
    }

    internal static (Dictionary<string, object> Metadata, Dictionary<string, long[]> Shapes) Describe(JsonElement golden)
    {
        var metadata = golden.GetProperty("metadata").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.ValueKind switch
        {
            JsonValueKind.String => (object)one.Value.GetString()!,
            _ when one.Value.TryGetInt32(out var whole) => whole,
            _ => one.Value.GetDouble(),
        });
        var shapes = golden.GetProperty("tensors").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.EnumerateArray().Select(length => length.GetInt64()).ToArray());
        return (metadata, shapes);
    }

    private static (Decoder Decoder, PagePool Pool, ThreadTeam Team) Open(ModelFile file)
    {
        var shape = ConfigurationReader.Read(file);
        var team = new ThreadTeam(2);
        return (new(shape, new(file, shape), team, 32, 32), new(shape.LayerCount, shape.KeyValueHeadCount, shape.HeadDimension, 1 << 24), team);
    }

    private static void Same(JsonElement golden, List<float[]> logits, string how)
    {
        for (var i = 0; i < logits.Count; i++)
            Same(golden.GetProperty("logits")[i], logits[i], $"{how}, token {i}");
    }

    private static void Same(JsonElement expected, float[] logits, string what)
    {
        double[] reference = [.. expected.EnumerateArray().Select(one => one.GetDouble())];
        Assert.Equal(reference.Length, logits.Length);
        for (var i = 0; i < reference.Length; i++)
            Assert.True(Math.Abs(reference[i] - logits[i]) <= Tolerance * (1 + Math.Abs(reference[i])), $"{what}, logit {i}: expected {reference[i]}, got {logits[i]}");
    }
}
