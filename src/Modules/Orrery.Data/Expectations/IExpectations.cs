using Orrery.Data.Ingestion;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Data.Expectations;

/// <summary>How one expectation came out.</summary>
/// <param name="Expectation">What was expected, in words.</param>
/// <param name="Severity">What follows where it is not met.</param>
/// <param name="Passed">Whether it is met.</param>
/// <param name="FailingRows">Rows that break it; null for expectations about the batch.</param>
/// <param name="Measured">What was measured; null for expectations about rows, and where there was nothing to measure.</param>
/// <param name="Sample">The first rows that break it.</param>
public sealed record ExpectationResult(
    string Expectation, Severity Severity, bool Passed, long? FailingRows, double? Measured, IReadOnlyList<QuarantinedRow> Sample);

/// <summary>How a batch or a dataset version stands against a suite.</summary>
/// <param name="Suite">The suite's version: <c>expectation-suite/flights:2</c>.</param>
/// <param name="Subject">What was validated: a dataset version, or a file's name.</param>
/// <param name="Rows">Rows that were looked at.</param>
/// <param name="Results">One for each expectation, in the suite's order.</param>
public sealed record ValidationReport(string Suite, string Subject, long Rows, IReadOnlyList<ExpectationResult> Results)
{
    /// <summary>Whether every expectation that is more than a warning is met.</summary>
    public bool Passed => Results.All(r => r.Passed || r.Severity == Severity.Warn);
}

/// <summary>A validation and the run that it is recorded on, with the report and all failing rows as artifacts.</summary>
public sealed record Validation(RunId Run, ValidationReport Report);

/// <summary>Expectations: found in data, and held against it. Thread-safe.</summary>
public interface IExpectations
{
    /// <summary>
    /// What a dataset version looks like, as a suite with some slack, for a person to edit: not a fact about the data that comes, but a first guess.
    /// </summary>
    Task<ExpectationSuiteSpec> InferAsync(Caller caller, VersionId version, CancellationToken cancellationToken = default);

    /// <summary>Holds a dataset version against a suite. Nothing is changed; failing rows are listed on the run as a quarantine would be.</summary>
    /// <param name="caller">On whose behalf.</param>
    /// <param name="version">The dataset version.</param>
    /// <param name="suite">The suite's name.</param>
    /// <param name="run">The run to record it on; a run of kind <c>validate</c> is started where it is left out.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    Task<Validation> ValidateAsync(Caller caller, VersionId version, string suite, RunId? run = null, CancellationToken cancellationToken = default);
}
