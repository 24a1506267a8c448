using System.Xml.Linq;
using Orrery.Kernel;
using Orrery.Language.Inference;
using Orrery.Language.Inference.Evaluation;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Inference;

public sealed class AttentionMapTests : IDisposable
{
    private const int Width = 32, Heads = 4, KeyValueHeads = 2, Dimension = 8;

    private static readonly int[] Text = [.. Enumerable.Range(0, 40).Select(i => (i * 7 + 1) % 40)];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The first layer once more in float64, from embeddings on: norm, projections, rotation of adjacent pairs, softmax.</summary>
    [Fact]
    public void The_first_layer_agrees_with_attention_as_the_paper_has_it()
    {
        using var model = Open();
        var maps = AttentionMaps.Read(model, Text);
        var queries = Project("blk.0.attn_q.weight", Heads);
        var keys = Project("blk.0.attn_k.weight", KeyValueHeads);
        for (var head = 0; head < Heads; head++)
        {
            for (var from = 0; from < Text.Length; from++)
            {
                double[] scores = [.. Enumerable.Range(0, from + 1).Select(to =>
                    Enumerable.Range(0, Dimension).Sum(i => queries[from][head * Dimension + i] * keys[to][head / 2 * Dimension + i]) / Math.Sqrt(Dimension))];
                var sum = scores.Sum(Math.Exp);
                for (var to = 0; to < Text.Length; to++)
                    Assert.Equal(to <= from ? Math.Exp(scores[to]) / sum : 0, maps[0, head, from, to], 1e-4);
            }
        }
    }

    [Fact]
    public void Each_token_shares_out_one()
    {
        using var model = Open();
        var maps = AttentionMaps.Read(model, Text);
        for (var from = 0; from < maps.Tokens; from++)
            Assert.Equal(1, Enumerable.Range(0, maps.Tokens).Sum(to => (double)maps[1, 3, from, to]), 1e-5);
        Assert.Throws<ArgumentOutOfRangeException>(() => maps[2, 0, 0, 0]);
    }

    [Fact]
    public void Texts_that_no_map_holds_are_refused()
    {
        using var model = Open();
        Assert.Throws<InvalidException>(() => AttentionMaps.Read(model, []));
        Assert.Contains("256", Assert.Throws<InvalidException>(() => AttentionMaps.Read(model, new int[257])).Message);
        Assert.Throws<InvalidException>(() => AttentionMaps.Read(model, [40]));
    }

    [Fact]
    public void The_picture_is_well_formed_whatever_the_tokens_are()
    {
        using var model = Open();
        var maps = AttentionMaps.Read(model, Text[..5]);
        var picture = XDocument.Parse(AttentionPicture.Draw(maps, 1, ["<s>", "a & b", "\n", "\u0001", "\ud800"]));
        Assert.Equal(Heads, picture.Descendants().Count(element => element.Name.LocalName == "text" && element.Value.StartsWith("head ", StringComparison.Ordinal)));
        Assert.Contains(picture.Descendants(), element => element.Name.LocalName == "title" && element.Value.StartsWith("<s> → <s>: 1.000", StringComparison.Ordinal));
        Assert.Throws<ArgumentOutOfRangeException>(() => AttentionPicture.Draw(maps, 2, new string[5]));
    }

    private LanguageModel Open() => LanguageModel.Open(RandomWeights.WriteLlama(_folder), new() { Threads = 1 });

    private static double[][] Project(string name, int heads)
    {
        var embeddings = RandomWeights.Of("token_embd.weight", 40 * Width);
        var norm = RandomWeights.Of("blk.0.attn_norm.weight", Width);
        var matrix = RandomWeights.Of(name, heads * Dimension * Width);
        return [.. Text.Select((token, position) =>
        {
            double[] x = [.. Enumerable.Range(0, Width).Select(i => (double)embeddings[token * Width + i])];
            var scale = 1 / Math.Sqrt(x.Sum(value => value * value) / Width + 1e-5f);
            var projected = new double[heads * Dimension];
            for (var row = 0; row < projected.Length; row++)
            {
                for (var i = 0; i < Width; i++)
                    projected[row] += matrix[row * Width + i] * (x[i] * scale * norm[i]);
            }

            for (var pair = 0; pair < projected.Length; pair += 2)
            {
                var angle = position * Math.Pow(10000, -(double)(pair % Dimension) / Dimension);
                var (a, b) = (projected[pair], projected[pair + 1]);
                (projected[pair], projected[pair + 1]) = (a * Math.Cos(angle) - b * Math.Sin(angle), a * Math.Sin(angle) + b * Math.Cos(angle));
            }

            return projected;
        })];
    }
}
