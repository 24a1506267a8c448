using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;

namespace Orrery.Training.Scoring;

/// <summary>Scores of a dataset's rows.</summary>
/// <param name="Model">The version that scored.</param>
/// <param name="Dataset">The version that was scored.</param>
/// <param name="Scores">One a row, in the order of the dataset's rows: the probability of label 1.</param>
public sealed record DatasetScores(AssetVersion Model, AssetVersion Dataset, IReadOnlyList<float> Scores);

/// <summary>
/// Scores datasets offline through the very ONNX graph that endpoints serve, one thread, so that a row gets the bits that a request with
/// the same values gets. Thread-safe.
/// </summary>
public interface IScoring
{
    /// <summary>Scores the first <paramref name="limit"/> rows (all where null) of a dataset version, which must have the model's inputs as columns.</summary>
    /// <exception cref="InvalidException">A column is missing or of another type.</exception>
    Task<DatasetScores> ScoreAsync(Caller caller, AssetRef model, AssetRef dataset, int? limit = null, CancellationToken cancellationToken = default);
}
