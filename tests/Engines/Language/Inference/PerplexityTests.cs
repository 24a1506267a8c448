using Orrery.Kernel;
using Orrery.Language.Inference;
using Orrery.Language.Inference.Evaluation;
using Orrery.Language.Inference.Sampling;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Inference;

public sealed class PerplexityTests : IDisposable
{
    private static readonly int[] Text = [.. Enumerable.Range(0, 150).Select(i => (i * i + 3 * i) % 40)];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_what_a_generation_of_the_same_tokens_says()
    {
        using var model = Open();
        var report = Perplexity.Measure(model, Text, 300, new() { Window = 200 });
        var expected = await LossAsync(model, Text, 1);
        Assert.Equal(149, report.Tokens);
        Assert.Equal(expected, report.NegativeLogLikelihood, expected * 1e-4);
        Assert.Equal(Math.Exp(expected / 149), report.Perplexity, report.Perplexity * 1e-3);
        Assert.Equal(expected / Math.Log(2) / 300, report.BitsPerByte, 1e-3);
    }

    [Fact]
    public async Task Windows_judge_each_token_once_with_the_overlap_before_it()
    {
        using var model = Open();
        var report = Perplexity.Measure(model, Text, 300, new() { Window = 64, Overlap = 24 });
        var expected = await LossAsync(model, Text[..64], 1);
        for (var start = 40; ; start += 40)
        {
            var end = Math.Min(150, start + 64);
            expected += await LossAsync(model, Text[start..end], 24);
            if (end == 150)
                break;
        }

        Assert.Equal(149, report.Tokens);
        Assert.Equal(expected, report.NegativeLogLikelihood, expected * 1e-4);
    }

    [Fact]
    public void Texts_and_windows_that_make_no_sense_are_refused()
    {
        using var model = Open();
        Assert.Throws<InvalidException>(() => Perplexity.Measure(model, [1], 1));
        Assert.Contains("vocabulary of 40", Assert.Throws<InvalidException>(() => Perplexity.Measure(model, [1, 40], 1)).Message);
        Assert.Contains("257", Assert.Throws<InvalidException>(() => Perplexity.Measure(model, Text, 1, new() { Window = 257 })).Message);
        Assert.Throws<InvalidException>(() => Perplexity.Measure(model, Text, 1, new() { Window = 32, Overlap = 32 }));
        Assert.Throws<OperationCanceledException>(() => Perplexity.Measure(model, Text, 1, cancellationToken: new(true)));
    }

    private LanguageModel Open() => LanguageModel.Open(RandomWeights.WriteLlama(_folder), new() { Threads = 1 });

    /// <summary>By another way through the engine: a generation that may say nothing but the text.</summary>
    private static async Task<double> LossAsync(LanguageModel model, int[] text, int first)
    {
        var loss = 0.0;
        await foreach (var token in model.GenerateAsync(text[..first], new() { MaxTokens = text.Length - first, IgnoresEndTokens = true, Constraint = new Dictation(text[first..]) }))
            loss -= token.LogProbability;
        return loss;
    }

    private sealed class Dictation(int[] tokens) : ITokenConstraint
    {
        private int _place;

        public void Restrict(Span<float> logits)
        {
            var kept = logits[tokens[_place]];
            logits.Fill(float.NegativeInfinity);
            logits[tokens[_place]] = kept;
        }

        public void Accept(int token) => _place++;
    }
}
