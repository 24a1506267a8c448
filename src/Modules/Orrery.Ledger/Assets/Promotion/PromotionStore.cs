using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets.Aliases;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Webhooks;
using Orrery.Ledger.Workspaces;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Assets.Promotion;

/// <summary>Promotion on the relational port.</summary>
internal sealed class PromotionStore(IDatabase database, IAssets assets, VersionWriter versions, IAudit audit, EventOutbox outbox, TimeProvider clock) : IPromotions
{
    private const int MaxOffers = 1000;

    public async Task<VersionOffer> OfferAsync(Caller caller, AssetRef version, string workspace, CancellationToken cancellationToken = default)
    {
        AliasGuard.RequireApprover(caller, "Offering a version to another workspace");
        if (workspace == caller.Workspace)
            throw new InvalidException($"{version} is in '{workspace}' already; name another workspace.");
        var found = await assets.GetAsync(caller, version, cancellationToken);
        return await database.WriteAsync(transaction =>
        {
            WorkspaceStore.Require(transaction, caller with { Workspace = workspace });
            transaction.RequireVersion(caller, found.Ref);
            var row = new VersionOfferRow
            {
                VersionId = found.Id.ToString(),
                Workspace = workspace,
                OfferedBy = caller.Actor,
                OfferedAt = Instant.ToColumn(clock.GetUtcNow()),
            };
            transaction.InsertOrReplace(row);
            audit.Append(transaction, caller, LedgerEvents.VersionOffered, found.Ref.ToString(), $"to {workspace}");
            outbox.Append(transaction, caller, new(LedgerEvents.VersionOffered, found.Kind, found.Name) { Version = found.Number, VersionId = found.Id, Digest = found.Digest, Value = workspace });
            return Offer(row, caller.Workspace, found.Ref);
        }, cancellationToken);
    }

    public Task<IReadOnlyList<VersionOffer>> OffersAsync(Caller caller, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<VersionOffer>>(async (connection, token) =>
        {
            var rows = await (from offer in connection.GetTable<VersionOfferRow>()
                              join version in connection.GetTable<VersionRow>() on offer.VersionId equals version.Id
                              join asset in connection.GetTable<AssetRow>() on version.AssetId equals asset.Id
                              where offer.Workspace == caller.Workspace && version.DeletedAt == null && asset.DeletedAt == 0
                              orderby offer.OfferedAt descending, offer.VersionId
                              select new { offer, version.Number, asset }).Take(MaxOffers).ToListAsync(token);
            return [.. rows.Select(row => Offer(row.offer, row.asset.Workspace, new(AssetKind.Parse(row.asset.Kind), row.asset.Name, row.Number)))];
        }, cancellationToken);

    public Task<AssetVersion> TakeAsync(Caller caller, string from, AssetRef version, CancellationToken cancellationToken = default) => database.WriteAsync(transaction =>
    {
        var (asset, origin) = Offered(transaction, caller, from, version);
        var tags = transaction.GetTable<VersionTagRow>().Where(tag => tag.VersionId == origin.Id).ToDictionary(tag => tag.Name, tag => tag.Value);
        var id = new VersionId(Guid.Parse(origin.Id));
        // Its run is of the other workspace, where the origin's lineage goes on.
        var content = new VersionContent(version.Kind, version.Name, origin.Manifest, Digest.Parse(origin.Digest), null, tags)
        {
            Description = origin.Description,
            Source = origin.Source,
            SourceRun = origin.SourceRun,
            Origin = id,
        };
        var taken = versions.Add(transaction, caller, content);
        if (LineageRows.Link(transaction, caller, LineageNodeId.Of(id), LineageNodeId.Of(taken.Id), LineageRoles.Promoted, Instant.Now(clock)))
        {
            audit.Append(transaction, caller, LedgerEvents.VersionPromoted, taken.Ref.ToString(), $"from {from}/{asset.Kind}/{asset.Name}:{origin.Number}");
            outbox.Append(transaction, caller, new(LedgerEvents.VersionPromoted, taken.Kind, taken.Name) { Version = taken.Number, VersionId = taken.Id, Digest = taken.Digest, Value = from });
        }

        return taken;
    }, cancellationToken);

    private static (AssetRow Asset, VersionRow Version) Offered(DataConnection transaction, Caller caller, string from, AssetRef version)
    {
        if (version.Number is not { } number)
            throw new InvalidException($"Expected a version by number, such as model/flights:3; got '{version}'. An alias may have moved since it was offered.");
        var kind = version.Kind.ToString();
        var found = (from offer in transaction.GetTable<VersionOfferRow>()
                     join row in transaction.GetTable<VersionRow>() on offer.VersionId equals row.Id
                     join asset in transaction.GetTable<AssetRow>() on row.AssetId equals asset.Id
                     where offer.Workspace == caller.Workspace && asset.Workspace == @from && asset.Kind == kind && asset.Name == version.Name && row.Number == number
                         && row.DeletedAt == null && asset.DeletedAt == 0
                     select new { asset, row }).SingleOrDefault();
        return found is null
            ? throw new NotFoundException($"{version} of the workspace '{from}' was not offered to '{caller.Workspace}'. An approver there can offer it.")
            : (found.asset, found.row);
    }

    private static VersionOffer Offer(VersionOfferRow row, string from, AssetRef reference) =>
        new(new(Guid.Parse(row.VersionId)), from, reference, row.Workspace, row.OfferedBy, Instant.FromColumn(row.OfferedAt));
}
