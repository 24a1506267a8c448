using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets;

/// <summary>Finds assets and versions within a transaction. A write looks again at what it read before: somebody may have deleted it since.</summary>
internal static class AssetLookup
{
    public static AssetRow? FindAsset(this DataConnection transaction, Caller caller, AssetKind kind, string name)
    {
        var kindName = kind.ToString();
        return transaction.GetTable<AssetRow>()
            .SingleOrDefault(row => row.Workspace == caller.Workspace && row.Kind == kindName && row.Name == name && row.DeletedAt == 0);
    }

    public static AssetRow RequireAsset(this DataConnection transaction, Caller caller, AssetKind kind, string name) =>
        transaction.FindAsset(caller, kind, name) ?? throw new NotFoundException($"There is no {kind} '{name}' in workspace '{caller.Workspace}'.");

    /// <summary>The version that a reference by number points at.</summary>
    public static (AssetRow Asset, VersionRow Version) RequireVersion(this DataConnection transaction, Caller caller, AssetRef reference)
    {
        var asset = transaction.RequireAsset(caller, reference.Kind, reference.Name);
        var number = reference.Number ?? throw new ArgumentException("Expected a reference by number.", nameof(reference));
        var version = transaction.GetTable<VersionRow>().SingleOrDefault(row => row.AssetId == asset.Id && row.Number == number && row.DeletedAt == null);
        return (asset, version ?? throw new NotFoundException($"There is no version {reference} in workspace '{caller.Workspace}'."));
    }
}
