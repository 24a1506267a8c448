using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets.Promotion;

/// <summary>A version that another workspace may take a copy of.</summary>
/// <param name="Version">The version's id.</param>
/// <param name="From">The workspace that it is in.</param>
/// <param name="Ref">What it is called there.</param>
/// <param name="To">The workspace that may take it.</param>
/// <param name="OfferedBy">Who offered it.</param>
/// <param name="OfferedAt">When.</param>
public sealed record VersionOffer(VersionId Version, string From, AssetRef Ref, string To, string OfferedBy, DateTimeOffset OfferedAt);

/// <summary>
/// Promotion between workspaces takes somebody on either side, since what somebody may do is said for each workspace: an approver of the one offers a
/// version, an editor of the other takes it. Thread-safe.
/// </summary>
public interface IPromotions
{
    /// <summary>Lets another workspace take a copy of a version, and see what it is. The caller must be an approver.</summary>
    Task<VersionOffer> OfferAsync(Caller caller, AssetRef version, string workspace, CancellationToken cancellationToken = default);

    /// <summary>What was offered to the caller's workspace, newest first; at most 1,000.</summary>
    Task<IReadOnlyList<VersionOffer>> OffersAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes a version that was offered: the caller's workspace gets a version of the same name, content and digest, whose lineage leads to its origin. Taking
    /// it again returns what was taken, as long as that is the latest.
    /// </summary>
    /// <exception cref="NotFoundException">Nothing of that name was offered.</exception>
    Task<AssetVersion> TakeAsync(Caller caller, string from, AssetRef version, CancellationToken cancellationToken = default);
}
