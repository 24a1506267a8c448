using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Traces.Assessments;

/// <summary>What an assessment says of a trace.</summary>
public enum AssessmentKind
{
    /// <summary>How good it was, as a person, a judge or a program found.</summary>
    Feedback,
    /// <summary>What it should have been.</summary>
    Expectation,
}

/// <summary>Who says so.</summary>
/// <param name="Type"><c>HUMAN</c>, <c>LLM_JUDGE</c> or <c>CODE</c>.</param>
/// <param name="Id">Which person, judge or program.</param>
public sealed record AssessmentSource(string Type, string Id);

/// <summary>Why there is no value.</summary>
public sealed record AssessmentError(string Code, string? Message = null, string? StackTrace = null);

/// <summary>What somebody says of a trace, or of one of its spans. A signal; that it was changed or taken back is in the audit.</summary>
/// <param name="Id">Which, unique in the trace.</param>
/// <param name="Trace">Of which trace.</param>
/// <param name="Kind">Feedback or expectation.</param>
/// <param name="Name">What was looked at: <c>correctness</c>.</param>
/// <param name="Value">What was found, as JSON.</param>
/// <param name="Source">Who says so.</param>
/// <param name="CreatedAt">When it was said.</param>
/// <param name="UpdatedAt">When it was changed.</param>
public sealed record Assessment(
    string Id, string Trace, AssessmentKind Kind, string Name, string Value, AssessmentSource Source, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Why there is no value.</summary>
    public AssessmentError? Error { get; init; }

    /// <summary>Why it was found so.</summary>
    public string? Rationale { get; init; }

    /// <summary>The span that it is about; null where it is about the whole.</summary>
    public string? SpanId { get; init; }

    /// <summary>The run that evaluated.</summary>
    public string? Run { get; init; }

    /// <summary>The assessment that this one takes the place of.</summary>
    public string? Overrides { get; init; }

    /// <summary>Whether it holds: no other took its place.</summary>
    public bool Valid { get; init; } = true;

    /// <summary>What else is known of it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>An assessment to make; what is not given of it (id, times) is set.</summary>
public sealed record NewAssessment(AssessmentKind Kind, string Name, string Value, AssessmentSource Source)
{
    /// <inheritdoc cref="Assessment.Id"/>
    public string? Id { get; init; }

    /// <inheritdoc cref="Assessment.Error"/>
    public AssessmentError? Error { get; init; }

    /// <inheritdoc cref="Assessment.Rationale"/>
    public string? Rationale { get; init; }

    /// <inheritdoc cref="Assessment.SpanId"/>
    public string? SpanId { get; init; }

    /// <inheritdoc cref="Assessment.Run"/>
    public string? Run { get; init; }

    /// <inheritdoc cref="Assessment.Overrides"/>
    public string? Overrides { get; init; }

    /// <inheritdoc cref="Assessment.Metadata"/>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc cref="Assessment.CreatedAt"/>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <inheritdoc cref="Assessment.UpdatedAt"/>
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>What changes of an assessment; null leaves it. Metadata are added to those that are there.</summary>
public sealed record AssessmentChange(string? Name = null, AssessmentValue? Value = null, string? Rationale = null, IReadOnlyDictionary<string, string>? Metadata = null, bool? Valid = null);

/// <summary>What an assessment finds: the value as JSON, or why there is none.</summary>
public sealed record AssessmentValue(AssessmentKind Kind, string Json, AssessmentError? Error = null);

/// <summary>What is said of traces. Thread-safe; every change is audited in its own transaction.</summary>
public interface IAssessments
{
    /// <summary>Says something of a trace. What it overrides does not hold any more.</summary>
    /// <exception cref="NotFoundException">There is no such trace, or it has not what is overridden.</exception>
    Task<Assessment> CreateAsync(Caller caller, string trace, NewAssessment assessment, CancellationToken cancellationToken = default);

    /// <summary>The assessment of that id.</summary>
    /// <exception cref="NotFoundException">There is no such trace or assessment.</exception>
    Task<Assessment> GetAsync(Caller caller, string trace, string id, CancellationToken cancellationToken = default);

    /// <summary>What is said of these traces, each trace's by its time.</summary>
    Task<ILookup<string, Assessment>> ListAsync(Caller caller, IReadOnlyCollection<string> traces, CancellationToken cancellationToken = default);

    /// <summary>Changes an assessment. Who says so and of which span stays.</summary>
    /// <exception cref="InvalidException">Feedback would become an expectation, or the other way.</exception>
    Task<Assessment> UpdateAsync(Caller caller, string trace, string id, AssessmentChange change, CancellationToken cancellationToken = default);

    /// <summary>Takes an assessment back; what it overrode holds again. One that is not there is nothing.</summary>
    Task DeleteAsync(Caller caller, string trace, string id, CancellationToken cancellationToken = default);
}
