using System.Diagnostics;
using Orrery.Benchmarks.Reporting;
using Orrery.Language.Inference;

namespace Orrery.Benchmarks.Language;

/// <summary>Tokens a second of prompts and of answers, one sequence, beside llama.cpp over the same file.</summary>
internal static class SpeedPart
{
    private const int Prompt = 256, Generate = 64;

    public static async Task RunAsync(BenchmarkContext context, SpeedCase one, CancellationToken cancellationToken)
    {
        var path = Models.Prepare(context, one);
        using var model = LanguageModel.Open(path, new() { Threads = one.Threads });
        await using var peer = await LlamaPeer.StartAsync(path, one.Threads);
        // Compiling a second time, page cache, the peer's own first round.
        await MeasureAsync(model, -1, cancellationToken);
        await peer.MeasureAsync(Prompt, Generate);
        var (ours, theirs) = await Samples.InTurnAsync(
            context.Scale.Rounds, round => MeasureAsync(model, round, cancellationToken), _ => peer.MeasureAsync(Prompt, Generate));
        Add(context, $"{one.Name}/decode-{one.Threads}", ours, theirs, speed => speed.Decode, one.DecodeGoal);
        Add(context, $"{one.Name}/prefill-{one.Threads}", ours, theirs, speed => speed.Prefill, 0.7);
        var bandwidth = MemoryReading.Measure(one.Threads);
        var read = ModelDescription.Of(model.File).BytesPerToken * Samples.Median([.. ours.Select(speed => speed.Decode)]);
        context.Report.Say(
            $"{one.Name}, {one.Threads} threads: decoding reads {read / 1e9:0.0} GB/s of weights, {read / bandwidth:0.00} of the {bandwidth / 1e9:0.0} GB/s that a plain loop reads");
    }

    private static void Add(BenchmarkContext context, string name, List<Speed> ours, List<Speed> theirs, Func<Speed, double> figure, double goal) =>
        context.Report.Add(new(name, "tokens/s", LlamaPeer.Name, [.. ours.Select(figure)], [.. theirs.Select(figure)], Goal.RatioAtLeast(goal)));

    /// <summary>A prompt that no earlier round began with, so that its cache helps nobody.</summary>
    private static async Task<Speed> MeasureAsync(LanguageModel model, int round, CancellationToken cancellationToken)
    {
        var prompt = Enumerable.Range(0, Prompt).Select(i => (i * 7 + (round + 2) * 101) % model.Configuration.VocabularySize).ToArray();
        var (count, first, start) = (0, 0L, Stopwatch.GetTimestamp());
        await foreach (var _ in model.GenerateAsync(prompt, new() { MaxTokens = Generate, IgnoresEndTokens = true }, cancellationToken))
        {
            if (count++ == 0)
                first = Stopwatch.GetTimestamp();
        }

        var end = Stopwatch.GetTimestamp();
        return new(Prompt / Stopwatch.GetElapsedTime(start, first).TotalSeconds, (count - 1) / Stopwatch.GetElapsedTime(first, end).TotalSeconds);
    }
}
