using LinqToDB;
using LinqToDB.Async;
using Orrery.Kernel;
using Orrery.Ledger.Assets.Aliases;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Keys;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Webhooks;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Assets.Signatures;

/// <summary>Signatures on the relational port.</summary>
internal sealed class SignatureStore(IDatabase database, IAssets assets, IGates gates, ServerKeys keys, IAudit audit, EventOutbox outbox, TimeProvider clock) : ISignatures
{
    public string PublicKey => keys.PublicKey;

    public async Task<VersionSignature> SignAsync(Caller caller, AssetRef version, CancellationToken cancellationToken = default)
    {
        AliasGuard.RequireApprover(caller, "Signing a version");
        var found = await assets.GetAsync(caller, version, cancellationToken);
        var now = Instant.Now(clock);
        var payload = VersionStatement.Write(
            found, caller.Workspace, await gates.ReportsAsync(caller, found.Id, cancellationToken), await gates.ApprovalsAsync(caller, found.Id, cancellationToken), caller.Actor, now);
        var row = new VersionSignatureRow
        {
            VersionId = found.Id.ToString(),
            KeyId = keys.KeyId,
            Payload = Convert.ToBase64String(payload),
            Signature = Convert.ToBase64String(keys.Sign(VersionStatement.Encoded(payload))),
            SignedBy = caller.Actor,
            SignedAt = Instant.ToColumn(now),
        };
        await database.WriteAsync(transaction =>
        {
            transaction.RequireVersion(caller, found.Ref);
            transaction.InsertOrReplace(row);
            audit.Append(transaction, caller, LedgerEvents.VersionSigned, found.Ref.ToString(), $"sha256:{Digest.Of(payload)}");
            outbox.Append(transaction, caller, new(LedgerEvents.VersionSigned, found.Kind, found.Name) { Version = found.Number, VersionId = found.Id, Digest = found.Digest });
        }, cancellationToken);
        return Read(row, found);
    }

    public async Task<VersionSignature> GetAsync(Caller caller, AssetRef version, CancellationToken cancellationToken = default)
    {
        var found = await assets.GetAsync(caller, version, cancellationToken);
        var id = found.Id.ToString();
        var row = await database.ReadAsync((connection, token) => connection.GetTable<VersionSignatureRow>().SingleOrDefaultAsync(row => row.VersionId == id, token), cancellationToken);
        return row is null ? throw new NotFoundException($"{found.Ref} is not signed; an approver can sign it.") : Read(row, found);
    }

    private VersionSignature Read(VersionSignatureRow row, AssetVersion version)
    {
        var payload = Convert.FromBase64String(row.Payload);
        var valid = row.KeyId == keys.KeyId && keys.Verify(VersionStatement.Encoded(payload), Convert.FromBase64String(row.Signature))
            && VersionStatement.DigestOf(payload) == version.Digest.ToString();
        return new(new(row.Payload, VersionStatement.PayloadType, [new(row.KeyId, row.Signature)]), row.SignedBy, Instant.FromColumn(row.SignedAt), valid);
    }
}
