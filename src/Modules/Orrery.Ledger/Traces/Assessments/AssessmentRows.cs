using System.Globalization;
using System.Text.Json;
using LinqToDB;
using LinqToDB.Data;
using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Traces.Assessments;

[Table("trace_assessments")]
internal sealed record AssessmentRow
{
    [PrimaryKey, Identity, Column("key")] public long Key { get; init; }
    [Column("trace_key")] public long TraceKey { get; init; }
    [Column("id")] public string Id { get; init; } = "";
    [Column("kind")] public string Kind { get; init; } = "";
    [Column("name")] public string Name { get; init; } = "";

    /// <summary>As JSON.</summary>
    [Column("value")] public string Value { get; init; } = "";

    /// <summary>As text, where it is no list and no object.</summary>
    [Column("text")] public string? Text { get; init; }

    /// <summary>As a number, where it is one.</summary>
    [Column("number")] public double? Number { get; init; }

    /// <summary>As JSON.</summary>
    [Column("error")] public string? Error { get; init; }
    [Column("rationale")] public string? Rationale { get; init; }
    [Column("source_type")] public string SourceType { get; init; } = "";
    [Column("source_id")] public string SourceId { get; init; } = "";
    [Column("span_id")] public string? SpanId { get; init; }
    [Column("run_id")] public string? RunId { get; init; }
    [Column("overrides")] public string? Overrides { get; init; }
    [Column("valid")] public bool Valid { get; init; } = true;

    /// <summary>As JSON.</summary>
    [Column("metadata")] public string Metadata { get; init; } = "{}";
    [Column("created_at")] public long CreatedAt { get; init; }
    [Column("updated_at")] public long UpdatedAt { get; init; }

    public Assessment ToAssessment(string trace) => new(
        Id, trace, Kind == AssessmentRows.Feedback ? AssessmentKind.Feedback : AssessmentKind.Expectation, Name, Value, new(SourceType, SourceId), Instant.FromColumn(CreatedAt),
        Instant.FromColumn(UpdatedAt))
    {
        Error = Error is null ? null : JsonSerializer.Deserialize<AssessmentError>(Error),
        Rationale = Rationale,
        SpanId = SpanId,
        Run = RunId,
        Overrides = Overrides,
        Valid = Valid,
        Metadata = AssessmentRows.ReadMetadata(Metadata),
    };
}

internal static class AssessmentRows
{
    public const string Feedback = "feedback";
    public const string Expectation = "expectation";
    private const int MaxIdLength = 64;

    /// <summary>Assessments that one trace may have.</summary>
    public const int MaxAssessments = 10_000;

    public static string Word(AssessmentKind kind) => kind == AssessmentKind.Feedback ? Feedback : Expectation;

    /// <summary>Refuses what is out of bounds before the transaction begins.</summary>
    public static void Check(NewAssessment assessment)
    {
        LedgerNames.CheckKey(assessment.Name, "assessment");
        CheckValue(new(assessment.Kind, assessment.Value, assessment.Error));
        LedgerNames.CheckText(assessment.Rationale, "rationale of an assessment");
        LedgerNames.CheckLength(assessment.Source.Type, 1, MaxIdLength, "type of an assessment's source");
        LedgerNames.CheckLength(assessment.Source.Id, 0, 250, "id of an assessment's source");
        foreach (var (id, what) in ((string?, string)[])[(assessment.Id, "id"), (assessment.SpanId, "span"), (assessment.Run, "run"), (assessment.Overrides, "overridden assessment")])
            LedgerNames.CheckLength(id ?? "-", 1, MaxIdLength, $"{what} of an assessment");
        CheckMetadata(assessment.Metadata);
    }

    public static void CheckValue(AssessmentValue value)
    {
        LedgerNames.CheckText(value.Json, "value of an assessment");
        LedgerNames.CheckText(value.Error?.Message, "error of an assessment");
        LedgerNames.CheckText(value.Error?.StackTrace, "stack trace of an assessment");
        var (text, number) = Scalar(value.Json);
        if (value.Error is null && text is null && number is null && value.Json.AsSpan().Trim() is "null")
            throw new InvalidException(value.Kind == AssessmentKind.Feedback ? "Either `value` or `error` must be provided." : "The `value` field must be specified.");
    }

    public static void CheckMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var (key, value) in metadata)
            LedgerNames.CheckEntry(key, value, "metadata of an assessment");
    }

    public static AssessmentRow Of(long trace, NewAssessment assessment, long now)
    {
        var (text, number) = Scalar(assessment.Value);
        return new()
        {
            TraceKey = trace,
            Id = assessment.Id ?? $"a-{Guid.CreateVersion7(Instant.FromColumn(now)):N}",
            Kind = Word(assessment.Kind),
            Name = assessment.Name,
            Value = assessment.Value,
            Text = text,
            Number = number,
            Error = WriteError(assessment.Error),
            Rationale = assessment.Rationale,
            SourceType = assessment.Source.Type,
            SourceId = assessment.Source.Id,
            SpanId = assessment.SpanId,
            RunId = assessment.Run,
            Overrides = assessment.Overrides,
            Metadata = WriteMetadata(assessment.Metadata),
            CreatedAt = assessment.CreatedAt is { } created ? Instant.ToColumn(created) : now,
            UpdatedAt = assessment.UpdatedAt is { } updated ? Instant.ToColumn(updated) : now,
        };
    }

    /// <summary>Adds an assessment within a transaction; what it overrides does not hold any more, and one of its id is replaced.</summary>
    public static AssessmentRow Add(DataConnection transaction, AssessmentRow row)
    {
        var ofTrace = transaction.GetTable<AssessmentRow>().Where(other => other.TraceKey == row.TraceKey);
        if (row.Overrides is { } overridden && ofTrace.Where(other => other.Id == overridden).Set(other => other.Valid, false).Update() == 0)
            throw new NotFoundException($"Assessment with ID '{overridden}' not found for the trace; it cannot be overridden.");
        ofTrace.Where(other => other.Id == row.Id).Delete();
        if (ofTrace.Count() >= MaxAssessments)
            throw new QuotaExceededException($"A trace has at most {MaxAssessments} assessments.");
        return row with { Key = transaction.InsertWithInt64Identity(row) };
    }

    public static string? WriteError(AssessmentError? error) => error is null ? null : JsonSerializer.Serialize(error);

    public static string WriteMetadata(IReadOnlyDictionary<string, string> metadata) => metadata.Count == 0 ? "{}" : JsonSerializer.Serialize(metadata);

    public static IReadOnlyDictionary<string, string> ReadMetadata(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;

    /// <summary>The value as a text and as a number, as far as it is one.</summary>
    /// <exception cref="InvalidException">It is no JSON.</exception>
    public static (string? Text, double? Number) Scalar(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return root.ValueKind switch
            {
                JsonValueKind.String => (root.GetString(), null),
                JsonValueKind.True => ("true", null),
                JsonValueKind.False => ("false", null),
                JsonValueKind.Number => (root.GetDouble().ToString(CultureInfo.InvariantCulture), root.GetDouble()),
                _ => (null, null),
            };
        }
        catch (JsonException error)
        {
            throw new InvalidException($"The value of an assessment is no JSON: {error.Message}");
        }
    }
}
