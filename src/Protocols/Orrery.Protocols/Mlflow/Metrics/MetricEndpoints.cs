using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Metrics;

/// <summary>The courses of metrics: of one run in pages, of several runs at once, and thinned out for a chart.</summary>
internal sealed class MetricEndpoints(IServiceProvider services)
{
    private const int MostRuns = 100;
    private const int MostBulk = 25_000;
    private const int MostOfInterval = 2500;

    private readonly Lazy<IRuns> _runs = new(services.GetRequiredService<IRuns>);

    public void Map(MlflowRoutes routes) => routes
        .Get("/metrics/get-history", Role.Viewer, HistoryAsync)
        .Get("/metrics/get-history-bulk", Role.Viewer, BulkAsync)
        .Get("/metrics/get-history-bulk-interval", Role.Viewer, IntervalAsync);

    private async Task HistoryAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var (run, key) = (fields.RunId(), fields.RequiredText("metric_key"));
        var most = fields.Count("max_results", int.MaxValue, int.MaxValue);
        var skip = OffsetToken.Read(fields.Text("page_token"));
        var points = await ByTimeAsync(call, run, key);
        await call.AnswerAsync(json =>
        {
            json.WriteEach("metrics"u8, points.Skip(skip).Take(most), MetricJson.Write);
            if (points.Count - skip > most)
                json.WriteString("next_page_token"u8, OffsetToken.Of(skip + most));
        });
    }

    private async Task BulkAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var runs = fields.Texts("run_id");
        if (runs.Count == 0)
            throw MlflowException.Invalid("GetMetricHistoryBulk request must specify at least one run_id.");
        if (runs.Count > MostRuns)
            throw MlflowException.Invalid($"GetMetricHistoryBulk request cannot specify more than {MostRuns} run_ids. Received {runs.Count} run_ids.");
        var key = fields.Text("metric_key") ?? throw MlflowException.Invalid("GetMetricHistoryBulk request must specify a metric_key.");
        var most = Math.Min(fields.Count("max_results", MostBulk, int.MaxValue), MostBulk);
        var points = new List<(string Run, MetricPoint Point)>();
        foreach (var run in runs.Order(StringComparer.Ordinal))
        {
            if (points.Count < most)
                points.AddRange((await ByTimeAsync(call, run, key)).Take(most - points.Count).Select(point => (run, point)));
        }

        // No message of protobuf: the list is there even where it is empty.
        await call.AnswerAsync(json =>
        {
            json.WriteStartArray("metrics"u8);
            foreach (var point in points)
            {
                json.WriteStartObject();
                MetricJson.WriteOfRun(json, point);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    public async Task IntervalAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var runs = fields.Texts("run_ids");
        if (runs.Count == 0)
            throw fields.Missing("run_ids");
        if (runs.Count > MostRuns)
            throw MlflowException.Invalid($"GetMetricHistoryBulkInterval request must specify at most {MostRuns} run_ids. Received {runs.Count} run_ids.");
        var key = fields.RequiredText("metric_key");
        var most = fields.Int64("max_results") ?? MostOfInterval;
        if (most is < 1 or > MostOfInterval)
            throw MlflowException.Invalid($"max_results must be between 1 and {MostOfInterval}.");
        var (start, end) = (fields.Int64("start_step"), fields.Int64("end_step"));
        if (start is null != end is null)
            throw MlflowException.Invalid("If either start step or end step are specified, both must be specified.");
        if (start > end)
            throw MlflowException.Invalid($"end_step must be greater than start_step. Found start_step={start} and end_step={end}.");

        var courses = new List<(string Run, IReadOnlyList<MetricPoint> Points)>();
        foreach (var run in runs.Distinct())
            courses.Add((run, await _runs.Value.MetricHistoryAsync(call.Caller, MlflowNames.Run(run), key, call.Cancelled)));
        var sampled = StepSample.Of([.. courses.Select(course => course.Points)], (int)most, start, end);
        await call.AnswerAsync(json => json.WriteEach(
            "metrics"u8,
            courses.SelectMany(course => course.Points.Where(point => sampled.Contains(point.Step)).Take(MostOfInterval).Select(point => (course.Run, point))),
            MetricJson.WriteOfRun));
    }

    // The Ledger's order is by step, then time; MLflow's by time, then step.
    private async Task<IReadOnlyList<MetricPoint>> ByTimeAsync(MlflowCall call, string run, string key)
    {
        var points = await _runs.Value.MetricHistoryAsync(call.Caller, MlflowNames.Run(run), key, call.Cancelled);
        for (var i = 1; i < points.Count; i++)
        {
            if (points[i].Time < points[i - 1].Time)
                return [.. points.OrderBy(point => point.Time)]; // stable, so that steps and values stay in order within a time
        }

        return points;
    }
}
