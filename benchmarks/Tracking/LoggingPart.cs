using System.Globalization;
using System.Text;
using Orrery.Benchmarks.Reporting;

namespace Orrery.Benchmarks.Tracking;

/// <summary>What a server takes: metrics one by one and by the thousand, runs. Every answer means that it lies on the disk.</summary>
internal static class LoggingPart
{
    // MLflow 3.5.2 with SQLite and one worker on two cores like these, recorded in the goals of tracking.
    public const string Peer = "MLflow 3.5.2, recorded";
    private const double PeerMetrics = 147;
    private const double PeerBatchRows = 10_400;
    private const double PeerRuns = 114;

    private const int Workers = 16;
    private const int BatchWorkers = 4;
    private const int BatchRows = 1000;

    // Some 10,000 single requests: enough for a rate, and four kinds of load in seven rounds fit in a minute and a half.
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(BenchmarkContext context, TrackingClient client, CancellationToken cancellationToken)
    {
        var time = context.Scale.IsQuick ? TimeSpan.FromSeconds(context.Scale.LoadSeconds) : Load;
        var runs = new string[Workers];
        for (var i = 0; i < Workers; i++)
            runs[i] = await client.CreateRunAsync($"writer {i}", cancellationToken);
        context.Report.Say($"Logging over HTTP: metrics one by one from {Workers} writers, {BatchRows} at once from {BatchWorkers}, runs …");
        var (single, batch, manyKeys, created) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        await MetricsAsync();
        for (var round = 0; round < context.Scale.Rounds; round++)
        {
            single.Add(await MetricsAsync());
            batch.Add(await BatchesAsync((run, number) => Batch(run, number, static i => "loss")));
            manyKeys.Add(await BatchesAsync((run, number) => Batch(run, number, static i => $"m{i}")));
            created.Add(await TrackingClient.RateAsync(Workers, time, async (worker, number) => await client.CreateRunAsync($"r {worker} {number}", cancellationToken)));
        }

        Report("log-metric", "requests/s", single, PeerMetrics, Goal.RatioAtLeast(10));
        Report("log-batch", "rows/s", batch, PeerBatchRows, AtLeast(50_000));
        Report("log-batch-1000-keys", "rows/s", manyKeys, PeerBatchRows, AtLeast(50_000));
        Report("create-run", "runs/s", created, PeerRuns, Goal.RatioAtLeast(10));

        Task<double> MetricsAsync() => TrackingClient.RateAsync(Workers, time, (worker, number) => client.PostAsync(
            "runs/log-metric", FormattableString.Invariant($$"""{"run_id":"{{runs[worker]}}","key":"loss","value":{{1.0 / (number + 1)}},"timestamp":{{1_700_000_000_000 + number}},"step":{{number}}}"""),
            cancellationToken));

        async Task<double> BatchesAsync(Func<string, long, byte[]> body) =>
            BatchRows * await TrackingClient.RateAsync(BatchWorkers, time, (worker, number) => client.PostAsync("runs/log-batch", body(runs[worker], number), cancellationToken));

        void Report(string name, string unit, List<double> ours, double theirs, Goal goal) =>
            context.Report.Add(new($"tracking/{name}", unit, Peer, ours, [theirs], goal));
    }

    public static Goal AtLeast(double bound) => new(string.Create(CultureInfo.InvariantCulture, $"≥ {bound:N0}"), figure => figure.Median >= bound);

    public static byte[] Batch(string run, long number, Func<int, string> key)
    {
        var json = new StringBuilder($$"""{"run_id":"{{run}}","metrics":[""");
        for (var i = 0; i < BatchRows; i++)
        {
            var step = (number * BatchRows) + i;
            json.Append(CultureInfo.InvariantCulture, $$"""{{(i == 0 ? "" : ",")}}{"key":"{{key(i)}}","value":{{1.0 / (step + 1)}},"timestamp":{{1_700_000_000_000 + step}},"step":{{step}}}""");
        }

        return Encoding.UTF8.GetBytes(json.Append("]}").ToString());
    }
}
