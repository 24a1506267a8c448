using Orrery.Benchmarks.Reporting;

namespace Orrery.Benchmarks;

/// <summary>One benchmark of <c>./bench NAME</c>: makes its own data, measures ours and the peer in turn, hands the figures to the report.</summary>
internal interface IBenchmark
{
    string Name { get; }

    string Summary { get; }

    /// <summary>What can be run alone with <c>--part</c>.</summary>
    IReadOnlyList<string> Parts { get; }

    Task RunAsync(BenchmarkContext context, CancellationToken cancellationToken);
}

/// <summary>What a benchmark is given.</summary>
/// <param name="Scale">How much of everything.</param>
/// <param name="Parts">Which parts to run.</param>
/// <param name="Workspace">Its folder, removed at the end.</param>
/// <param name="Report">Takes the figures.</param>
internal sealed record BenchmarkContext(Scale Scale, IReadOnlyList<string> Parts, Workspace Workspace, Report Report)
{
    public bool Wants(string part) => Parts.Contains(part);
}

/// <summary>How much is measured. A quick run only shows that the benchmark works.</summary>
/// <param name="IsQuick">Whether figures mean nothing.</param>
/// <param name="Rounds">How often ours and the peer are each measured; the medians of these count.</param>
/// <param name="LoadSeconds">How long one load of requests takes.</param>
/// <param name="WarmUpSeconds">How long requests are sent before: until the JIT has compiled the hot methods a second time.</param>
/// <param name="Events">Flights that features are computed from.</param>
/// <param name="TrainingRows">Examples that the model is trained on.</param>
/// <param name="JoinRows">Rows of the point-in-time join.</param>
/// <param name="Visitors">Entities of the online reads.</param>
/// <param name="Reads">Online reads of one round.</param>
/// <param name="Labels">Labels that are joined in one round.</param>
internal sealed record Scale(
    bool IsQuick, int Rounds, int LoadSeconds, int WarmUpSeconds, int Events, int TrainingRows, int JoinRows, int Visitors, int Reads, int Labels)
{
    public static Scale Full { get; } = new(false, 7, 8, 12, 300_000, 20_000, 1_000_000, 20_000, 100_000, 200_000);

    public static Scale Quick { get; } = new(true, 2, 1, 1, 20_000, 3_000, 50_000, 500, 5_000, 5_000);
}
