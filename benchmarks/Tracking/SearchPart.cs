using System.Diagnostics;
using System.Globalization;
using Orrery.Benchmarks.Reporting;

namespace Orrery.Benchmarks.Tracking;

/// <summary>What a server finds again: the best of many runs by a metric, and a long course.</summary>
internal static class SearchPart
{
    private const int Points = 50_000;
    private const int Searches = 200;

    // 0.6 s at the median to search 10,000 runs by a metric: MLflow 3.5.2, recorded.
    private const double PeerMs = 600;

    public static async Task RunAsync(BenchmarkContext context, TrackingClient client, int count, CancellationToken cancellationToken)
    {
        context.Report.Say($"Making {count:N0} runs with five metrics, five parameters and a tag each …");
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var run = await client.CreateRunAsync(string.Create(CultureInfo.InvariantCulture, $"run {i}"), token);
            await client.PostAsync("runs/log-batch", Details(run, i), token);
        });
        context.Report.Say($"Searching, {Searches} times each …");
        foreach (var (name, filter, order) in new[]
        {
            ("search/half-by-metric", "metrics.auc > 0.5", "metrics.loss ASC"),
            ("search/same-metric", "metrics.auc > 0.25 AND metrics.auc < 0.75", "metrics.auc ASC"),
            ("search/few-by-metric", "metrics.auc > 0.999", "metrics.loss DESC"),
            ("search/metric-and-parameter", "metrics.auc > 0.5 AND params.p1 = '3' AND tags.team = 'ops'", "metrics.f1 DESC"),
            ("search/newest", "metrics.auc > 0.9", "start_time DESC"),
        })
        {
            var body = $$"""{"experiment_ids":["0"],"filter":"{{filter}}","order_by":["{{order}}"],"max_results":100}""";
            var times = await TimesAsync(Searches, () => client.PostAsync("runs/search", body, cancellationToken));
            context.Report.Add(new($"tracking/{name}/p50", "ms", LoggingPart.Peer, [Samples.Median(times)], [PeerMs]));
            context.Report.Add(new($"tracking/{name}/p95", "ms", LoggingPart.Peer, [Samples.Quantile(times, 0.95)], [PeerMs], Goal.Below(20, "ms")));
        }
    }

    public static async Task<double[]> CourseAsync(TrackingClient client, Func<string, Task> read, CancellationToken cancellationToken)
    {
        var run = await client.CreateRunAsync("long", cancellationToken);
        for (var number = 0; number < Points / 1000; number++)
            await client.PostAsync("runs/log-batch", LoggingPart.Batch(run, number, static _ => "loss"), cancellationToken);
        return await TimesAsync(50, () => read(run));
    }

    private static async Task<double[]> TimesAsync(int count, Func<Task> act)
    {
        for (var i = 0; i < 20; i++)
            await act();
        var times = new double[count];
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await act();
            times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        return times;
    }

    // Chance by a formula: the same runs in every measurement.
    private static string Details(string run, int number)
    {
        string[] metrics = ["auc", "loss", "f1", "recall", "precision"];
        var values = metrics.Select((name, i) => string.Create(CultureInfo.InvariantCulture, $$"""{"key":"{{name}}","value":{{Share(number, i)}},"timestamp":1700000000000,"step":1}"""));
        var parameters = Enumerable.Range(0, 5).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"key":"p{{i}}","value":"{{(int)(Share(number, i + 10) * 10)}}"}"""));
        return $$"""{"run_id":"{{run}}","metrics":[{{string.Join(',', values)}}],"params":[{{string.Join(',', parameters)}}],"tags":[{"key":"team","value":"{{(number % 2 == 0 ? "ops" : "lab")}}"}]}""";
    }

    private static double Share(int number, int salt) => ((((number + 1L) * 2_654_435_761) + (salt * 40_503L)) & 0xFFFFF) / (double)0x100000;
}
