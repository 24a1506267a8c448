using System.Text.Json;
using Orrery.Engines.Tests;
using Orrery.Kernel;
using Orrery.Language.Inference;
using Orrery.Language.Models;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Models;

/// <summary>Encoders against the float64 reference that golden/make_encoders.py wrote from the paper.</summary>
public sealed class EncoderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bert-0")]
    [InlineData("bert-3")]
    [InlineData("roberta-1")]
    public void Vectors_and_classes_agree_with_the_reference(string name)
    {
        var golden = Find(name);
        using var model = Open(golden);
        int[][] texts = [.. golden.GetProperty("texts").EnumerateArray().Select(Ints)];
        int[][] types = [.. golden.GetProperty("types").EnumerateArray().Select(Ints)];
        var results = golden.GetProperty("results");
        // The embeddings of the reference carry the segments that its classifier saw; only the last text has a second one.
        foreach (var (pooling, key) in ((Pooling, string)[])[(Pooling.Mean, "mean"), (Pooling.FirstToken, "first"), (Pooling.LastToken, "last")])
        {
            var embeddings = model.Embed(texts[..3], pooling, isNormalized: false);
            for (var text = 0; text < embeddings.Length; text++)
                Same(results[text].Doubles(key), embeddings[text], $"{key} of text {text}");
        }

        if (model.ClassCount == 0)
            return;
        var classes = model.Classify(texts, types);
        for (var text = 0; text < classes.Length; text++)
            Same(results[text].Doubles("classes"), classes[text], $"classes of text {text}");
    }

    [Fact]
    public void A_batch_gives_what_each_text_gives_alone()
    {
        using var model = Open(Find("bert-0"));
        int[][] texts = [.. Enumerable.Range(0, 200).Select(i => Enumerable.Range(0, 1 + i % 47).Select(j => (i + j * 3) % 50).ToArray())];
        var together = model.Embed(texts);
        for (var i = 0; i < texts.Length; i += 17)
            Same([.. model.Embed([texts[i]])[0].Select(value => (double)value)], together[i], $"text {i}");
        Assert.All(together, vector => Assert.Equal(1, vector.Sum(value => (double)value * value), 1e-5));
    }

    [Fact]
    public void Texts_that_cannot_be_read_are_refused()
    {
        using var model = Open(Find("bert-0"));
        Assert.Contains("Text 1", Assert.Throws<InvalidException>(() => model.Embed([[1], []])).Message);
        Assert.Contains("48", Assert.Throws<InvalidException>(() => model.Embed([new int[49]])).Message);
        Assert.Contains("vocabulary", Assert.Throws<InvalidException>(() => model.Embed([[50]])).Message);
        Assert.Contains("no classifier", Assert.Throws<InvalidException>(() => model.Classify([[1]])).Message);
    }

    [Fact]
    public void A_decoder_is_no_encoder() =>
        Assert.Contains("bert", Assert.Throws<InvalidException>(() => EmbeddingModel.Open(RandomWeights.WriteLlama(_folder))).Message);

    private EmbeddingModel Open(JsonElement golden)
    {
        var (metadata, shapes) = DecoderTests.Describe(golden);
        return EmbeddingModel.Open(RandomWeights.Write(_folder, "encoder", metadata, shapes), threads: 2);
    }

    private static JsonElement Find(string name) => Golden.Load("Language", "encoders.json").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(one => one.GetInt32())];

    private static void Same(double[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-4 * (1 + Math.Abs(expected[i])), $"{what}, component {i}: expected {expected[i]}, got {actual[i]}");
    }
}
