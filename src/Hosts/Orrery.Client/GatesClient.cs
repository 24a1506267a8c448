using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>How one rule came out.</summary>
public sealed record GateRuleResult(string Rule, bool Passed, double? Value, string Reason);

/// <summary>How a gate came out for a version.</summary>
public sealed record GateReport(
    string Id, string Gate, int GateVersion, VersionId Subject, bool Passed, IReadOnlyList<GateRuleResult> Rules, IReadOnlyDictionary<string, double> Evidence,
    RunId? Run, string EvaluatedBy, DateTimeOffset EvaluatedAt);

/// <summary>Somebody's approval of a version at a gate.</summary>
public sealed record GateApproval(string Gate, VersionId Subject, string Approver, string Comment, DateTimeOffset ApprovedAt);

/// <summary>What gates said of a version, newest first.</summary>
public sealed record GateStanding(IReadOnlyList<GateReport> Reports, IReadOnlyList<GateApproval> Approvals);

/// <summary>Gates.</summary>
public sealed class GatesClient
{
    private readonly OrreryClient _client;

    internal GatesClient(OrreryClient client) => _client = client;

    /// <summary>What gates and approvers said of a version.</summary>
    public Task<GateStanding> StandingAsync(AssetRef version, CancellationToken cancellationToken = default) =>
        _client.GetAsync<GateStanding>(Query.Of("/api/v1/gates/standing", ("version", version.ToString())), cancellationToken);

    /// <summary>Reports about a version, newest first.</summary>
    public async Task<IReadOnlyList<GateReport>> ReportsAsync(AssetRef version, CancellationToken cancellationToken = default) =>
        (await StandingAsync(version, cancellationToken).ConfigureAwait(false)).Reports;
}
