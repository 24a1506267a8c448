using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Webhooks;
using Orrery.Ledger.Workspaces;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets;

/// <summary>Adds versions within a transaction: the version, its edge from the run and its audit record stand or fall together.</summary>
internal sealed class VersionWriter(IAudit audit, EventOutbox outbox, TimeProvider clock)
{
    public AssetVersion Add(DataConnection transaction, Caller caller, VersionContent content)
    {
        if (content.Run is { } run)
            RunRows.Require(transaction, caller, run);
        var now = Instant.Now(clock);
        var asset = Lock(transaction, caller, content, now);
        var same = content.SameContent == SameContent.Reuse ? FindSame(transaction, asset, content) : null;
        var version = same ?? Insert(transaction, caller, asset, content, now);
        if (content.Run is { } writer)
            LineageRows.Link(transaction, caller, LineageNodeId.Of(writer), LineageNodeId.Of(version.Id), LineageRoles.Output, now);
        return version;
    }

    // Updating the asset's row locks it on PostgreSQL, so that two writers of one asset queue and never take the same number;
    // the unique index is the second line. SQLite has one writer anyway.
    private AssetRow Lock(DataConnection transaction, Caller caller, VersionContent content, DateTimeOffset now)
    {
        var kind = content.Kind.ToString();
        var assets = transaction.GetTable<AssetRow>().Where(row => row.Workspace == caller.Workspace && row.Kind == kind && row.Name == content.Name && row.DeletedAt == 0);
        if (assets.Set(row => row.LatestVersion, row => row.LatestVersion).Update() == 1)
            return assets.Single();
        WorkspaceStore.Require(transaction, caller);
        var asset = new AssetRow
        {
            Id = AssetId.New(now).ToString(),
            Workspace = caller.Workspace,
            Kind = kind,
            Name = content.Name,
            LatestVersion = 0,
            CreatedAt = Instant.ToColumn(now),
            UpdatedAt = Instant.ToColumn(now),
        };
        transaction.Insert(asset);
        outbox.Append(transaction, caller, new(LedgerEvents.AssetCreated, content.Kind, content.Name) { Value = "" });
        return asset;
    }

    // Only the newest counts: who goes back to earlier content wants it to be the latest again, and gets a version that shares the digest.
    private static AssetVersion? FindSame(DataConnection transaction, AssetRow asset, VersionContent content)
    {
        var digest = content.Digest.ToString();
        var latest = transaction.GetTable<VersionRow>().Where(row => row.AssetId == asset.Id && row.Number == asset.LatestVersion && row.DeletedAt == null && row.Digest == digest);
        if (latest.SingleOrDefault() is not { } version)
            return null;
        var tags = transaction.GetTable<VersionTagRow>().Where(tag => tag.VersionId == version.Id).ToDictionary(tag => tag.Name, tag => tag.Value);
        var aliases = transaction.GetTable<AliasRow>().Where(row => row.AssetId == asset.Id && row.Number == version.Number)
            .OrderBy(row => row.Alias).Select(row => row.Alias).ToList();
        return version.ToVersion(asset, tags, aliases);
    }

    private AssetVersion Insert(DataConnection transaction, Caller caller, AssetRow asset, VersionContent content, DateTimeOffset now)
    {
        if (content.After is { } after && after != asset.LatestVersion)
        {
            throw new ConflictException(
                $"{content.Kind}/{content.Name} is at version {asset.LatestVersion}; the new version builds upon {after}. Build upon the latest and add it again.");
        }

        var row = new VersionRow
        {
            Id = VersionId.New(now).ToString(),
            AssetId = asset.Id,
            Number = asset.LastNumber + 1,
            Digest = content.Digest.ToString(),
            Manifest = content.Manifest,
            RunId = content.Run?.ToString(),
            CreatedBy = caller.Actor,
            CreatedAt = Instant.ToColumn(now),
            UpdatedAt = Instant.ToColumn(now),
            Description = content.Description,
            Source = content.Source,
            SourceRun = content.SourceRun,
            OriginId = content.Origin?.ToString(),
        };
        transaction.Insert(row);
        transaction.GetTable<AssetRow>().Where(a => a.Id == asset.Id)
            .Set(a => a.LatestVersion, row.Number).Set(a => a.LastNumber, row.Number).Set(a => a.UpdatedAt, row.CreatedAt).Update();
        foreach (var (name, value) in content.Tags)
            transaction.Insert(new VersionTagRow { VersionId = row.Id, Name = name, Value = value });
        var version = row.ToVersion(asset, content.Tags, []);
        audit.Append(transaction, caller, "version.added", version.Ref.ToString(), $"sha256:{content.Digest}");
        outbox.Append(transaction, caller, new(LedgerEvents.VersionAdded, content.Kind, content.Name) { Version = version.Number, VersionId = version.Id, Digest = version.Digest, Value = content.Description, Tags = content.Tags });
        return version;
    }
}
