using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Features.Offline;

/// <summary>The history of a view's features as a dataset.</summary>
/// <param name="View">The view's version.</param>
/// <param name="Source">The version of the source that it was computed from.</param>
/// <param name="Table">A row for each change point: entity, <c>tick</c>, features; ordered by entity, then tick.</param>
public sealed record FeatureHistory(AssetRef View, AssetRef Source, Dataset Table);

/// <summary>Computes the history of feature views. Thread-safe.</summary>
public interface IFeatureHistories
{
    /// <summary>
    /// The history of a view over a version of its source: computed at first need, found again by the view's layout and the source's digest.
    /// </summary>
    /// <param name="caller">On whose behalf.</param>
    /// <param name="view">The feature view.</param>
    /// <param name="source">A version of the view's source; the latest where it is null.</param>
    /// <param name="run">The run that it is computed for.</param>
    /// <param name="cancellationToken">Cancels the computation.</param>
    /// <exception cref="InvalidException">The source lacks a column that the view names, or it has the wrong type; errors are by path in the view's spec.</exception>
    Task<FeatureHistory> GetAsync(Caller caller, string view, VersionId? source = null, RunId? run = null, CancellationToken cancellationToken = default);
}
