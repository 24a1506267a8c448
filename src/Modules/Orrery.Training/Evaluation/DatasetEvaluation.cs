using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;
using Orrery.Training.Scoring;

namespace Orrery.Training.Evaluation;

/// <summary>Scores a labelled dataset with a model version through its ONNX graph.</summary>
internal sealed class DatasetEvaluation(IDatasets datasets, IBlobStore blobs)
{
    public async Task<ScoredRows> ScoreAsync(Caller caller, AssetVersion model, VersionId dataset, string label, CancellationToken cancellationToken)
    {
        var rows = await datasets.OpenAsync(caller, dataset, cancellationToken);
        if (rows.Manifest.Columns.All(c => c.Name != label))
            throw new InvalidException($"{rows.Version.Ref} has no column '{label}'; it has {string.Join(", ", rows.Manifest.Columns.Select(c => c.Name))}.");
        using var scorer = new OnnxScorer(await blobs.ReadAsync(model.Read<ModelManifest>().Content, ModelLimits.MaxGraphBytes, cancellationToken));
        var labels = new List<float>();
        var scores = new List<double>();
        foreach (var path in rows.Paths)
        {
            await foreach (var batch in ParquetBatches.StreamAsync(path, cancellationToken))
            {
                using (batch)
                {
                    labels.AddRange(ArrowValues.Numbers(batch.Column(label)));
                    scores.AddRange(scorer.Score(batch).Select(s => (double)s));
                }
            }
        }

        if (labels.FindIndex(l => l is not (0 or 1)) is >= 0 and var odd)
            throw new InvalidException($"The label '{label}' of row {odd} of {rows.Version.Ref} is {labels[odd]}; expected 0 or 1. Leave out rows whose label is not known yet.");
        return ScoredRows.Of(labels, scores);
    }
}
