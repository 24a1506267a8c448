using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Gates;

/// <summary>The declaration of a gate (<c>kind: Gate</c>): what must hold before an asset version or an endpoint moves on.</summary>
/// <param name="Rules">All of them must hold.</param>
public sealed record GateSpec(IReadOnlyList<GateRule> Rules);

/// <summary>
/// One rule: a bound on a named piece of evidence, absolute (<c>atLeast: 0.7</c>) or relative to another piece
/// (<c>atLeast: 0.01, above: baseline.auc</c> means evidence ≥ baseline.auc + 0.01), or a number of approvals by people other than the proposer.
/// Evidence that is missing or NaN fails the rule.
/// </summary>
/// <param name="Name">What the rule is for, in the report.</param>
/// <param name="Evidence">The evidence's name: <c>test.auc</c>; null for an approval rule.</param>
/// <param name="AtLeast">The smallest allowed value, or margin above <paramref name="Above"/>.</param>
/// <param name="AtMost">The largest allowed value, or margin above <paramref name="Above"/>.</param>
/// <param name="Above">The evidence that the bounds are relative to.</param>
/// <param name="Approvals">How many different people with the role approver must have approved; the proposer does not count.</param>
public sealed record GateRule(
    string Name, string? Evidence = null, double? AtLeast = null, double? AtMost = null, string? Above = null, int? Approvals = null);

/// <summary>How one rule came out.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Passed">Whether it held.</param>
/// <param name="Value">The evidence, where there was any.</param>
/// <param name="Reason">A sentence: what was measured, what was required.</param>
public sealed record GateRuleResult(string Rule, bool Passed, double? Value, string Reason);

/// <summary>How a gate came out for a version; kept for ever with its evidence.</summary>
public sealed record GateReport(
    string Id, string Gate, int GateVersion, VersionId Subject, bool Passed, IReadOnlyList<GateRuleResult> Rules,
    IReadOnlyDictionary<string, double> Evidence, RunId? Run, string EvaluatedBy, DateTimeOffset EvaluatedAt);

/// <summary>Somebody's approval of a version at a gate.</summary>
public sealed record GateApproval(string Gate, VersionId Subject, string Approver, string Comment, DateTimeOffset ApprovedAt);

/// <summary>Judges asset versions by declared gates.</summary>
public interface IGates
{
    /// <summary>Judges <paramref name="subject"/> by the latest version of a gate and keeps the report.</summary>
    Task<GateReport> EvaluateAsync(
        Caller caller, string gate, VersionId subject, IReadOnlyDictionary<string, double> evidence, RunId? run = null, CancellationToken cancellationToken = default);

    /// <summary>Records an approval; the caller must be an approver and not the one who made the version.</summary>
    Task<GateApproval> ApproveAsync(Caller caller, string gate, VersionId subject, string comment, CancellationToken cancellationToken = default);

    /// <summary>Reports about a version, newest first.</summary>
    Task<IReadOnlyList<GateReport>> ReportsAsync(Caller caller, VersionId subject, CancellationToken cancellationToken = default);

    /// <summary>Approvals of a version.</summary>
    Task<IReadOnlyList<GateApproval>> ApprovalsAsync(Caller caller, VersionId subject, CancellationToken cancellationToken = default);
}
