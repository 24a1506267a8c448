using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Features.TrainingSets;

/// <summary>What to train on.</summary>
/// <param name="Name">The dataset that it becomes.</param>
/// <param name="Service">The feature service whose features are wanted.</param>
/// <param name="Spine">The dataset that says which entities at which moments: one row for each example.</param>
/// <param name="Timestamp">The spine's column with the moment of the request: features are those that a request at that moment would have seen.</param>
/// <param name="Labels">Columns of the spine that are to be learnt; they may lie in the moment's future, and the features never see them.</param>
public sealed record TrainingSetRequest(string Name, string Service, AssetRef Spine, string Timestamp, IReadOnlyList<string> Labels)
{
    /// <summary>Only rows whose moment is at or after it.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only rows whose moment is before it.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Further columns of the spine to keep: identifiers, groups for fairness.</summary>
    public IReadOnlyList<string> Keep { get; init; } = [];
}

/// <summary>Builds training sets by point-in-time join. Thread-safe.</summary>
public interface ITrainingSets
{
    /// <summary>
    /// For each row of the spine, in its order: the service's keys, the timestamp, the request's values, the features in force at that moment (null where there were none or they had
    /// expired), the labels, and what else is kept. Rows without a timestamp are left out. The join takes one sorted pass over spine and history of each view.
    /// </summary>
    /// <exception cref="NotFoundException">The service, a view or the spine is not there.</exception>
    /// <exception cref="InvalidException">The spine lacks a column that is named, or a view does not fit its source.</exception>
    Task<Dataset> BuildAsync(Caller caller, TrainingSetRequest request, RunId run, CancellationToken cancellationToken = default);
}
