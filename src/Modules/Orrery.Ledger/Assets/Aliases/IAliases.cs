using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Assets.Aliases;

/// <summary>How an alias came to point where it does.</summary>
public enum AliasMoveReason
{
    /// <summary>Somebody set it.</summary>
    Set,
    /// <summary>Somebody took the last setting back.</summary>
    RolledBack,
    /// <summary>Somebody removed it, or deleted the version.</summary>
    Removed,
}

/// <summary>One move of an alias.</summary>
/// <param name="Alias">Which.</param>
/// <param name="From">The number that it pointed at before; null where it was not there.</param>
/// <param name="To">The number that it points at since; null where it was removed.</param>
/// <param name="Reason">How.</param>
/// <param name="MovedBy">Who.</param>
/// <param name="MovedAt">When.</param>
public sealed record AliasMove(string Alias, int? From, int? To, AliasMoveReason Reason, string MovedBy, DateTimeOffset MovedAt);

/// <summary>
/// What a version must have before the alias may point at it. Rolling back asks for no new verdict: the alias has pointed there before, and an emergency
/// is no time to judge; it takes an approver.
/// </summary>
/// <param name="Alias">Which alias of the asset.</param>
/// <param name="Gate">The gate that must have let the version through, by its newest rules.</param>
/// <param name="Approvals">How many people must have approved the version at that gate; none of them made it. 0 to 10.</param>
/// <param name="ProtectedBy">Who asked for it.</param>
/// <param name="ProtectedAt">When.</param>
public sealed record AliasProtection(string Alias, string Gate, int Approvals, string ProtectedBy, DateTimeOffset ProtectedAt);

/// <summary>The history and the protection of aliases; <see cref="IAssets"/> sets and removes them. Thread-safe.</summary>
public interface IAliases
{
    /// <summary>Where an asset's aliases pointed, newest first; of one alias, or of all.</summary>
    Task<Page<AliasMove>> HistoryAsync(Caller caller, AssetKind kind, string name, string? alias, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>
    /// Points an alias at the version that it pointed at before it was last set; again, at the one before that. A version that was deleted meanwhile is passed over.
    /// </summary>
    /// <exception cref="PreconditionFailedException">There is none before.</exception>
    Task<AliasMove> RollBackAsync(Caller caller, AssetKind kind, string name, string alias, CancellationToken cancellationToken = default);

    /// <summary>Protects an alias, which need not be there yet. The caller must be an approver.</summary>
    Task<AliasProtection> ProtectAsync(Caller caller, AssetKind kind, string name, string alias, string gate, int approvals, CancellationToken cancellationToken = default);

    /// <summary>Takes the protection away. The caller must be an approver.</summary>
    Task UnprotectAsync(Caller caller, AssetKind kind, string name, string alias, CancellationToken cancellationToken = default);

    /// <summary>An asset's protected aliases, by name.</summary>
    Task<IReadOnlyList<AliasProtection>> ProtectionsAsync(Caller caller, AssetKind kind, string name, CancellationToken cancellationToken = default);
}
