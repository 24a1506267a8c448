using System.Diagnostics;
using Orrery.Benchmarks.Reporting;
using Orrery.Language.Inference;
using Orrery.Language.Weights;

namespace Orrery.Benchmarks.Language;

/// <summary>Tokens a second of prompts and of answers, one sequence, beside llama.cpp over the same file.</summary>
internal static class SpeedPart
{
    private const int Prompt = 256, Generate = 64;

    public static async Task RunAsync(BenchmarkContext context, RandomModel shape, TensorType type, bool isMixed, double decodeGoal, CancellationToken cancellationToken)
    {
        var name = $"{shape.Name}/{(isMixed ? type + "_M" : type)}";
        var path = context.Workspace.File(name.Replace('/', '-') + ".gguf");
        context.Report.Say($"Writing {name} …");
        shape.Write(path, type, isMixed);
        foreach (var threads in (int[])[1, 2])
        {
            using var model = LanguageModel.Open(path, new() { Threads = threads });
            await using var peer = await LlamaPeer.StartAsync(path, threads);
            // Compiling a second time, page cache, the peer's own first round.
            await MeasureAsync(model, -1, cancellationToken);
            await peer.MeasureAsync(Prompt, Generate);
            var (ours, theirs) = await Samples.InTurnAsync(
                context.Scale.Rounds, round => MeasureAsync(model, round, cancellationToken), _ => peer.MeasureAsync(Prompt, Generate));
            Add(context, $"{name}/decode-{threads}", ours, theirs, speed => speed.Decode, decodeGoal);
            Add(context, $"{name}/prefill-{threads}", ours, theirs, speed => speed.Prefill, 0.7);
        }

        File.Delete(path);
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
