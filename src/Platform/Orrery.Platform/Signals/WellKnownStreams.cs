namespace Orrery.Platform.Signals;

/// <summary>
/// What an endpoint answered: stream <c>predictions/{endpoint}</c>, one record for each answer and arm. <c>id</c> is the prediction's id, which the caller gave or
/// got back; where both champion and challenger scored a request, both records have it. Besides the columns here there is <c>f.{name}</c> (Float64) for each
/// numeric model input and <c>k.{name}</c> (Text) for each entity key and text input.
/// </summary>
public static class PredictionStream
{
    /// <summary>The model version's number (Int64).</summary>
    public const string Version = "version";

    /// <summary>Which arm of the traffic policy: <c>champion</c>, <c>challenger</c> (Text).</summary>
    public const string Arm = "arm";

    /// <summary>Whether this was the answer that the caller got; false for a shadow (Boolean).</summary>
    public const string Served = "served";

    /// <summary>The model's score: a probability or a value (Float64).</summary>
    public const string Score = "score";

    /// <summary>From request to answer (Float64, milliseconds).</summary>
    public const string LatencyMs = "latency_ms";

    /// <summary>Prefix of numeric model inputs.</summary>
    public const string FeaturePrefix = "f.";

    /// <summary>Prefix of entity keys and text inputs.</summary>
    public const string KeyPrefix = "k.";

    /// <summary>The stream of an endpoint.</summary>
    public static string Name(string endpoint) => $"predictions/{endpoint}";

    /// <summary>Its schema for a model's inputs.</summary>
    public static SignalSchema Schema(IEnumerable<string> numericInputs, IEnumerable<string> textInputs) => new(
    [
        new(Version, SignalType.Int64), new(Arm, SignalType.Text), new(Served, SignalType.Boolean), new(Score, SignalType.Float64),
        new(LatencyMs, SignalType.Float64),
        .. numericInputs.Select(name => new SignalColumn(FeaturePrefix + name, SignalType.Float64)),
        .. textInputs.Select(name => new SignalColumn(KeyPrefix + name, SignalType.Text)),
    ]);
}

/// <summary>What turned out to be true: stream <c>labels/{endpoint}</c>; <c>id</c> is the prediction's, <c>time</c> when the truth became known.</summary>
public static class LabelStream
{
    /// <summary>The true value; 0 or 1 for a binary class (Float64).</summary>
    public const string Value = "value";

    /// <summary>The stream of an endpoint.</summary>
    public static string Name(string endpoint) => $"labels/{endpoint}";

    /// <summary>Its schema.</summary>
    public static SignalSchema Schema { get; } = new(new SignalColumn(Value, SignalType.Float64));
}

/// <summary>
/// Predictions joined with their labels: stream <c>outcomes/{endpoint}</c>, written by Monitoring, one record for each prediction record whose label came;
/// <c>id</c> is the prediction's, <c>time</c> the label's. Serving decides canaries by it.
/// </summary>
public static class OutcomeStream
{
    /// <summary>When the prediction was made (Timestamp).</summary>
    public const string PredictedAt = "predicted_at";

    /// <summary>The true value (Float64).</summary>
    public const string Label = "label";

    /// <summary>The stream of an endpoint.</summary>
    public static string Name(string endpoint) => $"outcomes/{endpoint}";

    /// <summary>Its schema; version, arm, served and score as in <see cref="PredictionStream"/>.</summary>
    public static SignalSchema Schema { get; } = new(
        new(PredictedAt, SignalType.Timestamp), new(PredictionStream.Version, SignalType.Int64), new(PredictionStream.Arm, SignalType.Text),
        new(PredictionStream.Served, SignalType.Boolean), new(PredictionStream.Score, SignalType.Float64), new(Label, SignalType.Float64));
}

/// <summary>Something that a person or a pipeline should know of: the one stream <c>alerts</c>.</summary>
public static class AlertStream
{
    /// <summary>The stream.</summary>
    public const string Name = "alerts";

    /// <summary>The workspace (Text).</summary>
    public const string Workspace = "workspace";

    /// <summary>Who raised it: a monitor's or an endpoint's name (Text).</summary>
    public const string Source = "source";

    /// <summary>What it is about: an endpoint's name (Text).</summary>
    public const string Endpoint = "endpoint";

    /// <summary><c>drift</c>, <c>performance</c>, <c>quality</c>, <c>canary-rolled-back</c>, <c>canary-promoted</c> … (Text).</summary>
    public const string Kind = "kind";

    /// <summary>The feature or metric (Text).</summary>
    public const string Measure = "measure";

    /// <summary>What was measured (Float64).</summary>
    public const string Value = "value";

    /// <summary>The bound that it crossed (Float64).</summary>
    public const string Threshold = "threshold";

    /// <summary>A sentence for people (Text).</summary>
    public const string Message = "message";

    /// <summary>Its schema.</summary>
    public static SignalSchema Schema { get; } = new(
        new(Workspace, SignalType.Text), new(Source, SignalType.Text), new(Endpoint, SignalType.Text), new(Kind, SignalType.Text),
        new(Measure, SignalType.Text), new(Value, SignalType.Float64), new(Threshold, SignalType.Float64), new(Message, SignalType.Text));
}
