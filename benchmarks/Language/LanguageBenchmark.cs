namespace Orrery.Benchmarks.Language;

/// <summary>The language engine in process beside llama.cpp, on random weights in realistic shapes.</summary>
internal sealed class LanguageBenchmark : IBenchmark
{
    public string Name => "language";

    public string Summary => "prompts and answers beside llama.cpp at 135 M and 1.1 B parameters, eight streams, known beginnings, opening";

    public IReadOnlyList<string> Parts { get; } = [.. SpeedCase.All.Select(one => one.Part), "serving"];

    public async Task RunAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        if (context.Wants("serving"))
            await ServingPart.RunAsync(context, context.Scale.IsQuick ? RandomModel.Toy : RandomModel.SmolLm135M, cancellationToken);
        var wanted = SpeedCase.All.Where(one => context.Wants(one.Part)).ToList();
        if (!LlamaPeer.IsThere && wanted.Count > 0)
        {
            context.Report.LeaveOut(string.Join(", ", wanted.Select(one => one.Part)), "node-llama-cpp is not there: ./bench gets it with npm");
            return;
        }

        foreach (var one in wanted)
            await SpeedPart.RunAsync(context, context.Scale.IsQuick ? one with { Shape = RandomModel.Toy } : one, cancellationToken);
    }
}
