using System.Text.Json;
using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Gates;

[Table("gate_reports")]
internal sealed record GateReportRow
{
    [PrimaryKey, Column("id")] public string Id { get; init; } = "";
    [Column("workspace")] public string Workspace { get; init; } = "";
    [Column("gate")] public string Gate { get; init; } = "";
    [Column("gate_version")] public int GateVersion { get; init; }
    [Column("version_id")] public string VersionId { get; init; } = "";
    [Column("passed")] public bool Passed { get; init; }
    [Column("rules")] public string Rules { get; init; } = "";
    [Column("evidence")] public string Evidence { get; init; } = "";
    [Column("run_id")] public string? RunId { get; init; }
    [Column("evaluated_by")] public string EvaluatedBy { get; init; } = "";
    [Column("evaluated_at")] public long EvaluatedAt { get; init; }

    public static GateReportRow Of(GateReport report, string workspace) => new()
    {
        Id = report.Id,
        Workspace = workspace,
        Gate = report.Gate,
        GateVersion = report.GateVersion,
        VersionId = report.Subject.ToString(),
        Passed = report.Passed,
        Rules = JsonSerializer.Serialize(report.Rules, LedgerJson.Options),
        Evidence = JsonSerializer.Serialize(report.Evidence, LedgerJson.Options),
        RunId = report.Run?.ToString(),
        EvaluatedBy = report.EvaluatedBy,
        EvaluatedAt = Instant.ToColumn(report.EvaluatedAt),
    };

    public GateReport ToReport() => new(
        Id, Gate, GateVersion, new(Guid.Parse(VersionId)), Passed,
        JsonSerializer.Deserialize<IReadOnlyList<GateRuleResult>>(Rules, LedgerJson.Options)!,
        JsonSerializer.Deserialize<IReadOnlyDictionary<string, double>>(Evidence, LedgerJson.Options)!,
        RunId is null ? null : new RunId(Guid.Parse(RunId)), EvaluatedBy, Instant.FromColumn(EvaluatedAt));
}

[Table("gate_approvals")]
internal sealed record GateApprovalRow
{
    [PrimaryKey(1), Column("workspace")] public string Workspace { get; init; } = "";
    [PrimaryKey(2), Column("gate")] public string Gate { get; init; } = "";
    [PrimaryKey(3), Column("version_id")] public string VersionId { get; init; } = "";
    [PrimaryKey(4), Column("approver")] public string Approver { get; init; } = "";
    [Column("comment")] public string Comment { get; init; } = "";
    [Column("approved_at")] public long ApprovedAt { get; init; }

    public GateApproval ToApproval() => new(Gate, new(Guid.Parse(VersionId)), Approver, Comment, Instant.FromColumn(ApprovedAt));
}
