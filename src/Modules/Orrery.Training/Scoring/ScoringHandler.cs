using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;

namespace Orrery.Training.Scoring;

/// <summary>Streams a dataset through a model's graph.</summary>
internal sealed class ScoringHandler(IAssets assets, IDatasets datasets, IBlobStore blobs) : IScoring
{
    public async Task<DatasetScores> ScoreAsync(
        Caller caller, AssetRef model, AssetRef dataset, int? limit = null, CancellationToken cancellationToken = default)
    {
        if (limit < 1)
            throw new InvalidException($"Expected a limit of at least one row, got {limit}.");
        var version = await assets.GetAsync(caller, model, cancellationToken);
        var rows = await datasets.OpenAsync(caller, dataset, cancellationToken);
        using var scorer = new OnnxScorer(await blobs.ReadAsync(version.Read<ModelManifest>().Content, ModelLimits.MaxGraphBytes, cancellationToken));
        var scores = new List<float>();
        foreach (var path in rows.Paths)
        {
            await foreach (var batch in ParquetBatches.StreamAsync(path, cancellationToken))
            {
                using (batch)
                    scores.AddRange(scorer.Score(Wanted(batch, limit - scores.Count)));
                if (scores.Count >= limit)
                    return new(version, rows.Version, scores);
            }
        }

        return new(version, rows.Version, scores);
    }

    private static Apache.Arrow.RecordBatch Wanted(Apache.Arrow.RecordBatch batch, int? rows) =>
        rows < batch.Length ? ArrowValues.Slice(batch, 0, rows.Value) : batch;
}
