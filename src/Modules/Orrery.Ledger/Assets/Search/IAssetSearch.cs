using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets.Search;

/// <summary>
/// A tag that clients write where we have a kind: where a filter's condition on it is met by <c>'true'</c>, assets of one kind are searched, and
/// otherwise those of the other. Real tags of that name are not looked at.
/// </summary>
/// <param name="Tag">The tag.</param>
/// <param name="Set">The kind of those that have it.</param>
/// <param name="Unset">The kind of the others.</param>
public sealed record KindTag(string Tag, AssetKind Set, AssetKind Unset);

/// <summary>Which assets or versions are wanted, in which order.</summary>
/// <param name="Kinds">Of which kind, by default and by tag.</param>
/// <param name="Filter">Conditions joined by AND: <c>name LIKE 'fl%' AND tags.team = 'ops'</c>; see docs/design/search.md.</param>
/// <param name="OrderBy"><c>name DESC</c>, <c>last_updated_timestamp</c> …</param>
/// <param name="Limit">How many at most.</param>
/// <param name="Cursor">Where the page before ended.</param>
public sealed record AssetSearch(KindTag Kinds, string? Filter = null, IReadOnlyList<string>? OrderBy = null, int Limit = 100, string? Cursor = null);

/// <summary>Searches the catalogue. Thread-safe.</summary>
public interface IAssetSearch
{
    /// <summary>Assets that meet all conditions; by name where no order is given.</summary>
    Task<Page<Asset>> AssetsAsync(Caller caller, AssetSearch search, CancellationToken cancellationToken = default);

    /// <summary>Versions that meet all conditions; the last changed first where no order is given.</summary>
    Task<Page<AssetVersion>> VersionsAsync(Caller caller, AssetSearch search, CancellationToken cancellationToken = default);

    /// <summary>Of each asset the newest version in each stage that has one, by number.</summary>
    Task<ILookup<AssetId, AssetVersion>> LatestByStageAsync(Caller caller, IReadOnlyList<AssetId> assets, CancellationToken cancellationToken = default);
}
