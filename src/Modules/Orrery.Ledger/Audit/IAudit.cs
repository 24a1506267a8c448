using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Audit;

/// <summary>One change. Records form a chain: each hash covers the record and the hash before it, so none can be changed or taken out unseen.</summary>
/// <param name="Number">1, 2, 3 …</param>
/// <param name="Time">When.</param>
/// <param name="Workspace">Where.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What: <c>version.added</c>, <c>alias.set</c>, <c>endpoint.promoted</c> …</param>
/// <param name="Subject">To what: <c>model/flights:3</c>, <c>run/…</c>.</param>
/// <param name="Detail">What else a reader wants to know, without secrets.</param>
/// <param name="Hash">SHA-256 over the record and the hash before.</param>
public sealed record AuditRecord(long Number, DateTimeOffset Time, string Workspace, string Actor, string Action, string Subject, string Detail, Digest Hash);

/// <summary>The hash-chained record of every change.</summary>
public interface IAudit
{
    /// <summary>
    /// Appends within the caller's own transaction (inside <c>IDatabase.WriteAsync</c>), so that the record and the change stand or fall together.
    /// </summary>
    void Append(DataConnection transaction, Caller caller, string action, string subject, string detail = "");

    /// <summary>The workspace's records, newest first, optionally those of one subject.</summary>
    Task<Page<AuditRecord>> ListAsync(Caller caller, string? subject, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>Walks the whole chain.</summary>
    Task<AuditVerification> VerifyAsync(CancellationToken cancellationToken = default);
}

/// <summary>What walking the chain found.</summary>
/// <param name="Records">How many records the chain has.</param>
/// <param name="Head">The hash of the last one. Kept elsewhere (printed, mailed), it later proves that nobody rewrote the whole chain.</param>
/// <param name="FirstBroken">The number of the first record that was changed, taken out or put in; null where the chain holds.</param>
public sealed record AuditVerification(long Records, Digest Head, long? FirstBroken);
