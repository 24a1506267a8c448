using Orrery.Benchmarks.Processes;
using Orrery.Benchmarks.Reporting;
using Orrery.Kernel;
using Orrery.Ledger.Runs;

namespace Orrery.Benchmarks.Tracking;

/// <summary>What an MLflow client feels: metrics logged, runs searched, a long course read, and the memory after all of that.</summary>
internal sealed class TrackingBenchmark : IBenchmark
{
    private const int ManyRuns = 100_000;
    private const int FewRuns = 3_000;

    // Twice what a server waits before it gives memory back.
    private static readonly TimeSpan UntilAtRest = TimeSpan.FromSeconds(12);

    public string Name => "tracking";

    public string Summary => "an MLflow client's metrics logged, runs searched, a course read; memory after it";

    public IReadOnlyList<string> Parts { get; } = ["logging", "search", "history"];

    public async Task RunAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        var folder = context.Workspace.NewFolder();
        string? run = null;
        await using (var server = await ServerProcess.OrreryAsync(folder, cancellationToken))
        {
            using var client = new TrackingClient(server.Address);
            if (context.Wants("search"))
                await SearchPart.RunAsync(context, client, context.Scale.IsQuick ? FewRuns : ManyRuns, cancellationToken);
            if (context.Wants("logging"))
                await LoggingPart.RunAsync(context, client, cancellationToken);
            if (context.Wants("history"))
            {
                var http = await SearchPart.CourseAsync(client, id =>
                {
                    run = id;
                    return client.GetAsync($"metrics/get-history?run_id={id}&metric_key=loss", cancellationToken);
                }, cancellationToken);
                context.Report.Add(new("tracking/history/http", "ms", "the goal in process", http, [5]));
            }

            context.Report.Add(new("tracking/memory/working", "MB", "the goal", [server.ResidentMegabytes()], [200]));
            await Task.Delay(UntilAtRest, TimeProvider.System, cancellationToken);
            context.Report.Add(new("tracking/memory/at-rest", "MB", "the goal", [server.ResidentMegabytes()], [200], Goal.Below(200, "MB")));
        }

        if (run is not null)
            await HistoryAsync(context, folder, run, cancellationToken);
    }

    // Without the JSON of 50,000 points, which takes longer than they do.
    private static async Task HistoryAsync(BenchmarkContext context, string folder, string run, CancellationToken cancellationToken)
    {
        await using var house = OpenHouse.Open(folder);
        var runs = house.Get<IRuns>();
        var id = RunId.TryParse(run, out var parsed) ? parsed : default;
        var times = new List<double>();
        for (var i = 0; i < 60; i++)
        {
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            await runs.MetricHistoryAsync(OpenHouse.Caller, id, "loss", cancellationToken);
            if (i >= 10)
                times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        context.Report.Add(new("tracking/history/50000-points", "ms", "the goal", times, [5], Goal.Below(5, "ms")));
    }
}
