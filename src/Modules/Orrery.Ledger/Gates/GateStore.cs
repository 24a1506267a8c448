using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Webhooks;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Gates;

/// <summary>Gates on the relational port.</summary>
internal sealed class GateStore(IDatabase database, IAssets assets, IResources resources, IAudit audit, EventOutbox outbox, TimeProvider clock) : IGates
{
    private const int MaxComment = 4096;

    public async Task<GateReport> EvaluateAsync(
        Caller caller, string gate, VersionId subject, IReadOnlyDictionary<string, double> evidence, RunId? run = null, CancellationToken cancellationToken = default)
    {
        foreach (var name in evidence.Keys)
            LedgerNames.CheckKey(name, "piece of evidence");
        var declared = await resources.GetAsync<GateSpec>(caller, new(AssetKind.Gate, gate), cancellationToken);
        var version = await assets.GetAsync(caller, subject, cancellationToken);
        return await database.WriteAsync(transaction =>
        {
            if (run is { } judging)
                RunRows.Require(transaction, caller, judging);
            // Approvals are counted in the transaction that writes the verdict.
            var id = subject.ToString();
            var approvers = transaction.GetTable<GateApprovalRow>()
                .Where(row => row.Workspace == caller.Workspace && row.Gate == gate && row.VersionId == id)
                .OrderBy(row => row.ApprovedAt).Select(row => row.Approver).ToList();
            var now = Instant.Now(clock);
            var results = GateJudge.Judge(declared.Spec, evidence, approvers);
            var report = new GateReport(
                Guid.CreateVersion7(now).ToString("N"), gate, declared.Version.Number, subject, results.All(result => result.Passed), results, evidence, run, caller.Actor, now);
            transaction.Insert(GateReportRow.Of(report, caller.Workspace));
            if (run is { } judge)
                LineageRows.Link(transaction, caller, LineageNodeId.Of(subject), LineageNodeId.Of(judge), LineageRoles.Judged, now);
            var failed = string.Join(", ", results.Where(result => !result.Passed).Select(result => result.Rule));
            audit.Append(transaction, caller, report.Passed ? "gate.passed" : "gate.failed", version.Ref.ToString(), failed.Length == 0 ? gate : $"{gate}: {failed}");
            Tell(transaction, caller, version, report.Passed ? LedgerEvents.GatePassed : LedgerEvents.GateFailed, gate);
            return report;
        }, cancellationToken);
    }

    public async Task<GateApproval> ApproveAsync(Caller caller, string gate, VersionId subject, string comment, CancellationToken cancellationToken = default)
    {
        if (caller.Role < Role.Approver)
            throw new OrreryException(ErrorCode.Forbidden, $"Approving needs the role approver; {caller.Actor} has {caller.Role.ToString().ToLowerInvariant()}.");
        if (comment.Length > MaxComment)
            throw new InvalidException($"The comment has {comment.Length} characters; at most {MaxComment} are kept.");
        await assets.GetAsync(caller, new AssetRef(AssetKind.Gate, gate), cancellationToken);
        var version = await assets.GetAsync(caller, subject, cancellationToken);
        return await database.WriteAsync(transaction => Approve(transaction, caller, gate, version, comment), cancellationToken);
    }

    public Task<IReadOnlyList<GateReport>> ReportsAsync(Caller caller, VersionId subject, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<GateReport>>(async (connection, token) =>
        {
            var id = subject.ToString();
            var rows = await connection.GetTable<GateReportRow>().Where(row => row.Workspace == caller.Workspace && row.VersionId == id)
                .OrderByDescending(row => row.EvaluatedAt).ThenByDescending(row => row.Id).ToListAsync(token);
            return [.. rows.Select(row => row.ToReport())];
        }, cancellationToken);

    public Task<IReadOnlyList<GateApproval>> ApprovalsAsync(Caller caller, VersionId subject, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<GateApproval>>(async (connection, token) =>
        {
            var id = subject.ToString();
            var rows = await connection.GetTable<GateApprovalRow>().Where(row => row.Workspace == caller.Workspace && row.VersionId == id)
                .OrderBy(row => row.ApprovedAt).ToListAsync(token);
            return [.. rows.Select(row => row.ToApproval())];
        }, cancellationToken);

    // Four eyes: neither who wrote the version (here, or in the workspace that it came from) nor who started the run that wrote it may approve it.
    private GateApproval Approve(DataConnection transaction, Caller caller, string gate, AssetVersion version, string comment)
    {
        if (Makers(transaction, version).Contains(caller.Actor))
            throw new OrreryException(ErrorCode.Forbidden, $"{caller.Actor} made {version.Ref}; somebody else must approve it.");
        var subject = version.Id.ToString();
        var before = transaction.GetTable<GateApprovalRow>()
            .SingleOrDefault(row => row.Workspace == caller.Workspace && row.Gate == gate && row.VersionId == subject && row.Approver == caller.Actor);
        if (before is not null)
            return before.ToApproval();
        var row = new GateApprovalRow
        {
            Workspace = caller.Workspace,
            Gate = gate,
            VersionId = subject,
            Approver = caller.Actor,
            Comment = comment,
            ApprovedAt = Instant.ToColumn(clock.GetUtcNow()),
        };
        transaction.Insert(row);
        audit.Append(transaction, caller, "gate.approved", version.Ref.ToString(), comment.Length == 0 ? gate : $"{gate}: {comment}");
        Tell(transaction, caller, version, LedgerEvents.GateApproved, gate);
        return row.ToApproval();
    }

    private static HashSet<string> Makers(DataConnection transaction, AssetVersion version)
    {
        var makers = new HashSet<string>(StringComparer.Ordinal);
        for (var id = version.Id.ToString(); id is not null;)
        {
            var row = transaction.GetTable<VersionRow>().Single(found => found.Id == id);
            makers.Add(row.CreatedBy);
            if (transaction.GetTable<RunRow>().Where(run => run.Id == row.RunId).Select(run => run.Owner).SingleOrDefault() is { } owner)
                makers.Add(owner);
            id = row.OriginId;
        }

        return makers;
    }

    private void Tell(DataConnection transaction, Caller caller, AssetVersion version, string type, string gate) =>
        outbox.Append(transaction, caller, new(type, version.Kind, version.Name) { Version = version.Number, VersionId = version.Id, Digest = version.Digest, Gate = gate });
}
