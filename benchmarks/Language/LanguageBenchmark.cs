using Orrery.Language.Weights;

namespace Orrery.Benchmarks.Language;

/// <summary>The language engine in process beside llama.cpp, on random weights in realistic shapes.</summary>
internal sealed class LanguageBenchmark : IBenchmark
{
    public string Name => "language";

    public string Summary => "prompts and answers beside llama.cpp at 135 M and 1.1 B parameters, eight streams, known beginnings, opening";

    public IReadOnlyList<string> Parts { get; } = ["small", "large", "serving"];

    public async Task RunAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        var (small, large) = context.Scale.IsQuick ? (RandomModel.Toy, RandomModel.Toy with { Name = "toy-2" }) : (RandomModel.SmolLm135M, RandomModel.TinyLlama1B);
        if (context.Wants("serving"))
            await ServingPart.RunAsync(context, small, cancellationToken);
        if (!LlamaPeer.IsThere)
        {
            context.Report.LeaveOut("small, large", "node-llama-cpp is not there: ./bench gets it with npm");
            return;
        }

        if (context.Wants("small"))
        {
            foreach (var type in (TensorType[])[TensorType.Q8_0, TensorType.Q4_0])
                await SpeedPart.RunAsync(context, small, type, isMixed: false, 1, cancellationToken);
        }

        if (context.Wants("large"))
        {
            foreach (var type in (TensorType[])[TensorType.Q8_0, TensorType.Q4_0])
                await SpeedPart.RunAsync(context, large, type, isMixed: false, 1.2, cancellationToken);
            await SpeedPart.RunAsync(context, large, TensorType.Q4_K, isMixed: true, 1.2, cancellationToken);
        }
    }
}
