using System.Diagnostics;
using Orrery.Benchmarks.Reporting;
using Orrery.Language.Inference;
using Orrery.Language.Weights;

namespace Orrery.Benchmarks.Language;

/// <summary>What many callers gain: eight streams at once beside one, a prompt with a known beginning beside a new one, opening, memory.</summary>
internal static class ServingPart
{
    private const int Streams = 8, Generate = 64, Beginning = 1000;

    public static async Task RunAsync(BenchmarkContext context, RandomModel shape, CancellationToken cancellationToken)
    {
        var path = context.Workspace.File("serving.gguf");
        shape.Write(path, TensorType.Q8_0);
        var rounds = context.Scale.Rounds;
        List<double> openings = [];
        for (var round = 0; round < rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            using var opened = LanguageModel.Open(path);
            openings.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        context.Report.Add(new($"{shape.Name}/open", "ms", "itself", openings, openings, Goal.Below(200, "ms")));

        using var model = LanguageModel.Open(path, new() { Threads = Math.Min(2, Environment.ProcessorCount) });
        await StreamsAsync(model, Streams, -1, cancellationToken);
        var (eight, one) = await Samples.InTurnAsync(
            rounds, round => StreamsAsync(model, Streams, round, cancellationToken), round => StreamsAsync(model, 1, round + 100, cancellationToken));
        context.Report.Add(new($"{shape.Name}/streams-8", "tokens/s", "one stream", eight, one, Goal.RatioAtLeast(3)));

        List<double> known = [], unknown = [];
        for (var round = 0; round < rounds; round++)
        {
            unknown.Add(await FirstTokenAsync(model, round, 0, cancellationToken));
            known.Add(await FirstTokenAsync(model, round, 1, cancellationToken));
        }

        context.Report.Add(new($"{shape.Name}/known-prefix-1000", "ms to the first token", "an unknown one", known, unknown, Goal.RatioAtMost(0.1)));
    }

    private static async Task<double> StreamsAsync(LanguageModel model, int streams, int round, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, streams).Select(async stream =>
        {
            var count = 0;
            await foreach (var _ in model.GenerateAsync([1, stream + 3, round + 30], new() { MaxTokens = Generate, IgnoresEndTokens = true }, cancellationToken))
                count++;
            return count;
        }));
        return counts.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> FirstTokenAsync(LanguageModel model, int round, int question, CancellationToken cancellationToken)
    {
        int[] prompt = [.. Enumerable.Range(0, Beginning).Select(i => (i * 11 + round * 211 + 5) % model.Configuration.VocabularySize), question + 3, 7, 8];
        var start = Stopwatch.GetTimestamp();
        await foreach (var _ in model.GenerateAsync(prompt, new() { MaxTokens = 1, IgnoresEndTokens = true }, cancellationToken))
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        throw new InvalidOperationException("No token came.");
    }
}
