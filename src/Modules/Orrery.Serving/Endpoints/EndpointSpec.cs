using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orrery.Serving.Endpoints;

/// <summary>The declaration of a model endpoint (<c>kind: Endpoint</c>): a name that the outside calls, and what answers.</summary>
/// <param name="Model">The model's name; its versions are what can be deployed.</param>
/// <param name="Features">The feature service that fills the inputs which are features; each version's own by default.</param>
/// <param name="Gate">The gate that a version must have passed before it may answer; none by default.</param>
/// <param name="Traffic">Who answers.</param>
/// <param name="Canary">How a challenger is judged.</param>
/// <param name="Batching">Whether requests that wait together are scored together.</param>
/// <param name="Log">What is written of each prediction.</param>
public sealed record EndpointSpec(
    string Model, string? Features = null, string? Gate = null, TrafficSpec? Traffic = null, CanarySpec? Canary = null, BatchingSpec? Batching = null,
    PredictionLogSpec? Log = null);

/// <summary>Who answers which requests.</summary>
/// <param name="Champion">The version that answers, as <c>model/flights:3</c>; by default the one that the alias <c>champion</c> points at, if any.</param>
/// <param name="Challenger">A version to start a canary with when this is applied.</param>
/// <param name="Canary">The share of requests that a challenger gets: <c>10%</c> or 0.1. Default 10%.</param>
/// <param name="Shadow">The challenger scores its share, but the champion answers there too. Default false.</param>
public sealed record TrafficSpec(string? Champion = null, string? Challenger = null, Share? Canary = null, bool Shadow = false);

/// <summary>How a challenger is judged: by a sequential test over the paired loss differences of the requests that both arms scored.</summary>
/// <param name="Metric">The loss of one prediction.</param>
/// <param name="Alpha">The chance of ever deciding for the worse arm, 0 to 1. Default 0.05.</param>
/// <param name="MinOutcomes">No promotion before so many paired outcomes. Default 200.</param>
/// <param name="MaxOutcomes">The champion stays if so many decided nothing. Default 20,000.</param>
/// <param name="Guard">What rolls a challenger back at once.</param>
public sealed record CanarySpec(
    CanaryMetric Metric = CanaryMetric.Brier, double Alpha = 0.05, int MinOutcomes = 200, int MaxOutcomes = 20_000, GuardSpec? Guard = null);

/// <summary>The loss of one prediction; lower is better.</summary>
public enum CanaryMetric
{
    /// <summary>(score − label)², for probabilities; within [0, 1] and strictly proper, so the test is sharpest with it.</summary>
    Brier,
    /// <summary>−ln of the probability given to what happened, cut off at 2 because the test needs a bound.</summary>
    LogLoss,
}

/// <summary>What rolls a challenger back at once, before the test has decided. A score that is not finite always does.</summary>
/// <param name="MinRequests">Shares are looked at from so many scored requests on. Default 50.</param>
/// <param name="MaxErrorRate">The largest share of requests that the challenger may fail on; the champion answers those. Default 0.01.</param>
/// <param name="MaxLatency">At most one in a hundred scorings may take longer. Default 50ms.</param>
/// <param name="MaxLossIncrease">The largest mean loss above the champion's, from 50 paired outcomes on. Default 0.25.</param>
public sealed record GuardSpec(int MinRequests = 50, double MaxErrorRate = 0.01, TimeSpan? MaxLatency = null, double MaxLossIncrease = 0.25);

/// <summary>Requests of one row that wait together are scored together: more throughput for models that cost milliseconds, more latency for all others.</summary>
/// <param name="MaxBatch">The most rows in one run of the graph, 1 to 1,024. Default 1: off.</param>
/// <param name="MaxDelay">The longest that a request waits for others, at most 1s. Default 1ms.</param>
public sealed record BatchingSpec(int MaxBatch = 1, TimeSpan? MaxDelay = null);

/// <summary>What is written of each prediction to the stream <c>predictions/{endpoint}</c>.</summary>
/// <param name="Features">Whether the model's inputs are written; explanations and drift monitors need them. Default true.</param>
/// <param name="Sample">The share of predictions that is written: <c>100%</c>. A canary's are all written. Default 100%.</param>
public sealed record PredictionLogSpec(bool Features = true, Share? Sample = null);

/// <summary>A share from 0 to 1, written <c>10%</c> or 0.1.</summary>
[JsonConverter(typeof(ShareConverter))]
public readonly record struct Share(double Value)
{
    /// <summary>All.</summary>
    public static Share All { get; } = new(1);

    /// <summary>Reads either form.</summary>
    public static bool TryParse(string? text, out Share share)
    {
        share = default;
        if (text is null)
            return false;
        var percent = text.EndsWith('%');
        var number = percent ? text[..^1].TrimEnd() : text;
        if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            return false;
        share = new(percent ? value / 100 : value);
        return share.Value is >= 0 and <= 1;
    }

    /// <summary><c>10%</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value * 100:0.######}%");

    private sealed class ShareConverter : JsonConverter<Share>
    {
        public override Share Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text = reader.TokenType == JsonTokenType.Number ? reader.GetDouble().ToString(CultureInfo.InvariantCulture)
                : reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            return TryParse(text, out var share) ? share : throw new JsonException($"Expected a share from 0 to 1, as 0.1 or \"10%\"; got {text ?? reader.TokenType.ToString()}.");
        }

        public override void Write(Utf8JsonWriter writer, Share value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
