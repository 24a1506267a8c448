using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Features.Streaming;

/// <summary>Events of a source as they come.</summary>
/// <param name="Columns">The columns that are sent: at least those that the views over the source name.</param>
/// <param name="Rows">For each event a value for each column: text, an integer, a double, a boolean, a DateTimeOffset or null.</param>
public sealed record EventRows(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

/// <summary>What became of pushed events in one view.</summary>
/// <param name="View">The view.</param>
/// <param name="Accepted">Events that will count.</param>
/// <param name="Late">Of these, events that were known before the watermark: they count from the next tick on, as if they had become known just after the watermark.</param>
/// <param name="WithoutEntity">Events that have no entity in this view, because one of its columns is null.</param>
public sealed record PushReceipt(string View, long Accepted, long Late, long WithoutEntity);

/// <summary>How far a view's online features are.</summary>
/// <param name="View">The view.</param>
/// <param name="Watermark">The tick that they are computed for; null where nothing was computed.</param>
/// <param name="Updated">Entities whose features changed by this.</param>
public sealed record ViewProgress(string View, DateTimeOffset? Watermark, long Updated);

/// <summary>
/// Keeps online features fresh. Events wait in buckets until the watermark passes their tick; then the entities that changed are computed again. Buckets, watermark
/// and online features are one atomic write, so a crash loses nothing that was acknowledged and shows nothing half done. Thread-safe; calls for one view
/// are done one after the other.
/// </summary>
public interface IFeatureStream
{
    /// <summary>Takes events in, for all views over <paramref name="source"/>; durable when the task completes. They show at the next advance.</summary>
    /// <param name="caller">On whose behalf.</param>
    /// <param name="source">The views' source.</param>
    /// <param name="events">The events.</param>
    /// <param name="key">
    /// An idempotency key: each view takes a push with a key that it knows for done, and gives the receipt of the first time. So a push that was cut off, or
    /// reached some of the views alone, is sent again as it was. Each view knows the keys of its last thousand pushes. Without a key, events sent twice count twice.
    /// </param>
    /// <param name="cancellationToken">Cancels it; some views may have taken the events in.</param>
    /// <exception cref="InvalidException">A row does not fit; nothing was taken in by any view.</exception>
    /// <exception cref="ConflictException">The key belongs to other events.</exception>
    /// <exception cref="NotFoundException">No feature view is over this source.</exception>
    Task<IReadOnlyList<PushReceipt>> PushAsync(Caller caller, string source, EventRows events, string? key = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Says that all events known at <paramref name="watermark"/> or before have been pushed: the views over the source go on to the last tick at or before it.
    /// A watermark that is behind changes nothing.
    /// </summary>
    Task<IReadOnlyList<ViewProgress>> AdvanceAsync(Caller caller, string source, DateTimeOffset watermark, CancellationToken cancellationToken = default);

    /// <summary>
    /// Computes the online features of a view at <paramref name="until"/> from its source's rows, and starts the stream there: buckets up to then come from the dataset,
    /// events pushed for later ticks stay. Where the stream is already as far, nothing changes: an older tick never overwrites a newer one.
    /// </summary>
    /// <param name="caller">On whose behalf.</param>
    /// <param name="view">The feature view.</param>
    /// <param name="until">Up to the last tick at or before it; up to the source's last event where it is null.</param>
    /// <param name="source">A version of the source; the latest where it is null.</param>
    /// <param name="cancellationToken">Cancels it; nothing was written then.</param>
    Task<ViewProgress> MaterializeAsync(
        Caller caller, string view, DateTimeOffset? until = null, VersionId? source = null, CancellationToken cancellationToken = default);

    /// <summary>How far the view is.</summary>
    Task<ViewProgress> ProgressAsync(Caller caller, string view, CancellationToken cancellationToken = default);
}
