using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Orrery.Serving;

/// <summary>What serving tells a metrics collector: meter <c>Orrery.Serving</c>.</summary>
internal static class ServingMetrics
{
    public const string MeterName = "Orrery.Serving";

    private static readonly Meter Meter = new(MeterName);

    public static Counter<long> Requests { get; } =
        Meter.CreateCounter<long>("orrery.serving.requests", "{request}", "Prediction requests answered, by endpoint and arm.");

    public static Counter<long> Errors { get; } =
        Meter.CreateCounter<long>("orrery.serving.errors", "{request}", "Requests that an arm failed on, by endpoint and arm.");

    public static Histogram<double> Latency { get; } =
        Meter.CreateHistogram<double>("orrery.serving.latency", "s", "From request to answer, by endpoint and arm.", advice: new()
        {
            HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
        });

    public static Counter<long> LostPredictions { get; } =
        Meter.CreateCounter<long>("orrery.serving.predictions.lost", "{record}", "Predictions that were answered but could not be written, by endpoint.");
}

/// <summary>The tags of an arm, made once.</summary>
internal sealed class ArmTags(string endpoint, string arm)
{
    private readonly TagList _tags = new() { { "endpoint", endpoint }, { "arm", arm } };

    public void Answered(TimeSpan latency)
    {
        ServingMetrics.Requests.Add(1, _tags);
        ServingMetrics.Latency.Record(latency.TotalSeconds, _tags);
    }

    public void Failed() => ServingMetrics.Errors.Add(1, _tags);
}
