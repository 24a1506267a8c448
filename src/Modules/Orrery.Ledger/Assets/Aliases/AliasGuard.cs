using System.Globalization;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Gates;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets.Aliases;

/// <summary>Holds an alias to its protection, within the transaction that would move it.</summary>
internal static class AliasGuard
{
    public static AliasProtectionRow? Find(DataConnection transaction, string asset, string alias) =>
        transaction.GetTable<AliasProtectionRow>().SingleOrDefault(row => row.AssetId == asset && row.Alias == alias);

    /// <summary>Refuses to point a protected alias at a version that its gate has not let through, or that too few have approved.</summary>
    public static void Check(DataConnection transaction, Caller caller, AssetVersion version, string alias)
    {
        if (Find(transaction, version.AssetId.ToString(), alias) is not { } protection)
            return;
        var subject = version.Id.ToString();
        var report = transaction.GetTable<GateReportRow>().Where(row => row.Workspace == caller.Workspace && row.VersionId == subject && row.Gate == protection.Gate)
            .OrderByDescending(row => row.EvaluatedAt).ThenByDescending(row => row.Id).FirstOrDefault();
        var protectedBy = $"The alias '{alias}' of {version.Kind}/{version.Name} is protected by the gate '{protection.Gate}'";
        if (report is null)
            throw new PreconditionFailedException($"{protectedBy}, which has not judged {version.Ref}. Let it judge the version first.");
        if (!report.Passed)
            throw new PreconditionFailedException($"{protectedBy}, which {version.Ref} did not pass: {Failures(report)}.");
        if (GateNumber(transaction, caller, protection.Gate) is var number && report.GateVersion != number)
            throw new PreconditionFailedException(string.Create(CultureInfo.InvariantCulture, $"{protectedBy}, which judged {version.Ref} by its version {report.GateVersion}; it is at {number} by now. Let it judge the version again."));
        var approvals = transaction.GetTable<GateApprovalRow>().Count(row => row.Workspace == caller.Workspace && row.Gate == protection.Gate && row.VersionId == subject);
        if (approvals < protection.Approvals)
            throw new PreconditionFailedException(string.Create(CultureInfo.InvariantCulture, $"{protectedBy} and needs {protection.Approvals} approvals there; {version.Ref} has {approvals}. Somebody else than its maker must approve it."));
    }

    /// <summary>Refuses to take a protected alias away, by itself or with its version or asset.</summary>
    public static void CheckRemoval(DataConnection transaction, string asset, string alias, string of)
    {
        if (Find(transaction, asset, alias) is not null)
            throw new PreconditionFailedException($"The alias '{alias}' of {of} is protected. An approver can take the protection away first.");
    }

    /// <summary>What only an approver may do.</summary>
    public static void RequireApprover(Caller caller, string what)
    {
        if (caller.Role < Role.Approver)
            throw new OrreryException(ErrorCode.Forbidden, $"{what} needs the role approver; {caller.Actor} has {caller.Role.ToString().ToLowerInvariant()}.");
    }

    private static int GateNumber(DataConnection transaction, Caller caller, string gate)
    {
        var kind = AssetKind.Gate.ToString();
        return transaction.GetTable<AssetRow>().Where(row => row.Workspace == caller.Workspace && row.Kind == kind && row.Name == gate && row.DeletedAt == 0)
            .Select(row => row.LatestVersion).SingleOrDefault();
    }

    private static string Failures(GateReportRow report) => string.Join(", ", report.ToReport().Rules.Where(rule => !rule.Passed).Select(rule => rule.Rule));
}
