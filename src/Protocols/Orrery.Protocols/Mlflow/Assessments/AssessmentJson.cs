using System.Text.Json;
using Orrery.Ledger.Traces.Assessments;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Assessments;

/// <summary>An assessment as MLflow's message. Source: mlflow/protos/assessments.proto (3.5).</summary>
internal static class AssessmentJson
{
    private const string JsonFormat = "JSON_FORMAT";

    // Where clients say which run evaluated.
    private const string SourceRun = "mlflow.assessment.sourceRunId";

    public static void Write(Utf8JsonWriter json, Assessment assessment)
    {
        json.WriteString("assessment_id"u8, assessment.Id);
        json.WriteString("assessment_name"u8, assessment.Name);
        json.WriteString("trace_id"u8, assessment.Trace);
        json.WriteText("span_id"u8, assessment.SpanId);
        json.WriteStartObject("source"u8);
        json.WriteString("source_type"u8, assessment.Source.Type);
        json.WriteString("source_id"u8, assessment.Source.Id);
        json.WriteEndObject();
        json.WriteString("create_time"u8, ProtoTimes.Write(assessment.CreatedAt));
        json.WriteString("last_update_time"u8, ProtoTimes.Write(assessment.UpdatedAt));
        WriteValue(json, assessment);
        json.WriteText("rationale"u8, assessment.Rationale);
        if (assessment.Metadata.Count > 0)
        {
            json.WriteStartObject("metadata"u8);
            foreach (var (key, value) in assessment.Metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
        }

        json.WriteText("overrides"u8, assessment.Overrides);
        json.WriteBoolean("valid"u8, assessment.Valid);
    }

    public static NewAssessment Read(MlflowFields fields)
    {
        var value = ReadValue(fields) ?? throw MlflowException.Invalid("Exactly one of `expectation` or `feedback` should be specified.");
        var metadata = fields.Map("metadata");
        return new(value.Kind, fields.RequiredText("assessment_name"), value.Json, ReadSource(fields.Message("source"), value.Kind))
        {
            Id = Given(fields.Text("assessment_id")),
            Error = value.Error,
            Rationale = Given(fields.Text("rationale")),
            SpanId = Given(fields.Text("span_id")),
            Run = metadata.TryGetValue(SourceRun, out var run) ? Given(run) : null,
            Overrides = Given(fields.Text("overrides")),
            Metadata = metadata,
            CreatedAt = ProtoTimes.Time(fields, "create_time"),
            UpdatedAt = ProtoTimes.Time(fields, "last_update_time"),
        };
    }

    /// <summary>What it finds; null where the message says neither.</summary>
    public static AssessmentValue? ReadValue(MlflowFields fields)
    {
        var (feedback, expectation) = (fields.Message("feedback"), fields.Message("expectation"));
        if (feedback is not null && expectation is not null)
            throw MlflowException.Invalid("Exactly one of `expectation` or `feedback` should be specified.");
        if (feedback is { } found)
            return new(AssessmentKind.Feedback, found.Raw("value") ?? "null", ReadError(found.Message("error") ?? fields.Message("error")));
        if (expectation is not { } expected)
            return null;
        if (expected.Message("serialized_value") is not { } serialized)
            return new(AssessmentKind.Expectation, expected.Raw("value") ?? "null");
        return serialized.Text("serialization_format") is JsonFormat
            ? new(AssessmentKind.Expectation, serialized.RequiredText("value"))
            : throw serialized.Wrong("serialization_format", $"Only {JsonFormat} is supported.");
    }

    private static void WriteValue(Utf8JsonWriter json, Assessment assessment)
    {
        using var value = JsonDocument.Parse(assessment.Value);
        json.WriteStartObject(assessment.Kind == AssessmentKind.Feedback ? "feedback"u8 : "expectation"u8);
        if (assessment.Kind == AssessmentKind.Expectation && value.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            json.WriteStartObject("serialized_value"u8);
            json.WriteString("serialization_format"u8, JsonFormat);
            json.WriteString("value"u8, assessment.Value);
            json.WriteEndObject();
        }
        else if (value.RootElement.ValueKind != JsonValueKind.Null)
        {
            json.WritePropertyName("value"u8);
            value.RootElement.WriteTo(json);
        }

        if (assessment.Error is { } error)
        {
            json.WriteStartObject("error"u8);
            json.WriteString("error_code"u8, error.Code);
            json.WriteText("error_message"u8, error.Message);
            json.WriteText("stack_trace"u8, error.StackTrace);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static AssessmentSource ReadSource(MlflowFields? fields, AssessmentKind kind)
    {
        if (fields is not { } source)
            return new(kind == AssessmentKind.Feedback ? "CODE" : "HUMAN", "default");
        var type = source.Word("source_type") switch
        {
            "1" or "HUMAN" => "HUMAN",
            "2" or "LLM_JUDGE" or "AI_JUDGE" => "LLM_JUDGE", // AI_JUDGE is what it was called at first
            "3" or "CODE" => "CODE",
            "" or "0" or "SOURCE_TYPE_UNSPECIFIED" => "SOURCE_TYPE_UNSPECIFIED",
            _ => throw source.Wrong("source_type", "Valid values are HUMAN, LLM_JUDGE, CODE."),
        };
        return new(type, source.Text("source_id") ?? "");
    }

    private static AssessmentError? ReadError(MlflowFields? error) => error is { } fields
        ? new(fields.Text("error_code") ?? "", fields.Text("error_message"), fields.Text("stack_trace"))
        : null;

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
