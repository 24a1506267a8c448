using System.Globalization;
using System.Text.Json;
using Orrery.Ledger.Traces;
using Orrery.Ledger.Traces.Assessments;
using Orrery.Ledger.Traces.Spans;
using Orrery.Protocols.Mlflow.Assessments;
using Orrery.Protocols.Mlflow.Experiments;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>A trace as MLflow's messages: <c>TraceInfoV3</c>, and <c>TraceInfo</c> of clients before 3.0.</summary>
internal static class TraceJson
{
    private const string ArtifactLocation = "mlflow.artifactLocation";
    private const string TokenUsage = "mlflow.trace.tokenUsage";
    private const string Cost = "mlflow.trace.cost";

    // Clients since 3.6 ask here for the spans of a trace that bears it, instead of reading them from a file among the artifacts.
    private const string SpansLocation = "mlflow.trace.spansLocation";

    public static void WriteInfo(Utf8JsonWriter json, Trace trace, IEnumerable<Assessment> assessments)
    {
        json.WriteString("trace_id"u8, trace.Id);
        json.WriteText("client_request_id"u8, trace.ClientRequestId);
        json.WriteStartObject("trace_location"u8);
        json.WriteString("type"u8, "MLFLOW_EXPERIMENT"u8);
        json.WriteStartObject("mlflow_experiment"u8);
        json.WriteString("experiment_id"u8, ExperimentJson.Id(trace.Folder));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteText("request_preview"u8, trace.RequestPreview);
        json.WriteText("response_preview"u8, trace.ResponsePreview);
        json.WriteString("request_time"u8, ProtoTimes.Write(trace.StartedAt));
        if (trace.Duration is { } duration)
            json.WriteString("execution_duration"u8, ProtoTimes.Write(duration));
        json.WriteString("state"u8, Word(trace.State, "STATE_UNSPECIFIED"));
        WriteMap(json, "trace_metadata"u8, Metadata(trace));
        WriteMap(json, "tags"u8, Tags(trace));
        json.WriteEach("assessments"u8, assessments, AssessmentJson.Write);
    }

    public static void WriteOldInfo(Utf8JsonWriter json, Trace trace)
    {
        json.WriteString("request_id"u8, trace.Id);
        json.WriteString("experiment_id"u8, ExperimentJson.Id(trace.Folder));
        json.WriteTime("timestamp_ms"u8, trace.StartedAt);
        if (trace.Duration is { } duration)
            json.WriteNumber("execution_time_ms"u8, (long)duration.TotalMilliseconds);
        json.WriteString("status"u8, Word(trace.State, "TRACE_STATUS_UNSPECIFIED"));
        json.WritePairs("request_metadata"u8, Metadata(trace));
        json.WritePairs("tags"u8, Tags(trace));
    }

    public static TraceState ReadState(MlflowFields fields, string name) => fields.Word(name) switch
    {
        "" or "0" or "STATE_UNSPECIFIED" or "TRACE_STATUS_UNSPECIFIED" => TraceState.Unspecified,
        "1" or "OK" => TraceState.Ok,
        "2" or "ERROR" => TraceState.Error,
        "3" or "IN_PROGRESS" => TraceState.InProgress,
        _ => throw fields.Wrong(name, "Valid values are OK, ERROR, IN_PROGRESS."),
    };

    public static NewTrace ReadInfo(MlflowFields info)
    {
        var location = info.Message("trace_location")?.Message("mlflow_experiment") ?? throw info.Missing("trace_location");
        var metadata = info.Map("trace_metadata");
        return new(
            info.RequiredText("trace_id"), MlflowNames.Experiment(location.RequiredText("experiment_id")), ReadState(info, "state"),
            ProtoTimes.Time(info, "request_time") ?? throw info.Missing("request_time"), ProtoTimes.Duration(info, "execution_duration"))
        {
            ClientRequestId = info.Text("client_request_id"),
            RequestPreview = info.Text("request_preview"),
            ResponsePreview = info.Text("response_preview"),
            Tags = info.Map("tags"),
            Metadata = metadata,
            Usage = metadata.TryGetValue(TokenUsage, out var usage) ? SpanFacts.OfJson(usage) : null,
            Assessments = [.. info.Messages("assessments").Select(AssessmentJson.Read)],
        };
    }

    // Where spans came without a client of MLflow around them, what it would have said of them is said here.
    private static Dictionary<string, string> Metadata(Trace trace)
    {
        var metadata = new Dictionary<string, string>(trace.Metadata);
        if (trace.Usage is not { } usage)
            return metadata;
        metadata.TryAdd(TokenUsage, string.Create(
            CultureInfo.InvariantCulture, $$"""{"input_tokens": {{usage.InputTokens}}, "output_tokens": {{usage.OutputTokens}}, "total_tokens": {{usage.TotalTokens}}}"""));
        if (usage.Cost is { } cost)
            metadata.TryAdd(Cost, string.Create(CultureInfo.InvariantCulture, $$"""{"total_cost": {{cost}}}"""));
        return metadata;
    }

    private static Dictionary<string, string> Tags(Trace trace)
    {
        var tags = new Dictionary<string, string>(trace.Tags) { [ArtifactLocation] = trace.ArtifactUri };
        if (trace.Spans > 0)
            tags[SpansLocation] = "TRACKING_STORE";
        return tags;
    }

    private static void WriteMap(Utf8JsonWriter json, ReadOnlySpan<byte> name, Dictionary<string, string> map)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in map)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static string Word(TraceState state, string unspecified) => state switch
    {
        TraceState.Ok => "OK",
        TraceState.Error => "ERROR",
        TraceState.InProgress => "IN_PROGRESS",
        _ => unspecified,
    };
}
