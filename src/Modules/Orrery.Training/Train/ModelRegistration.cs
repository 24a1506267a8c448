using System.Text.Json;
using Orrery.Features.Online;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;
using Orrery.Preparation;
using Orrery.Training.Evaluation;
using Orrery.Training.Trainers;

namespace Orrery.Training.Train;

/// <summary>All that a training found.</summary>
internal sealed record TrainingOutcome(
    Candidate Candidate, Findings Findings, IReadOnlyDictionary<string, double> Evidence, BaselineResult? Baseline, StudyOutcome? Study);

/// <summary>Keeps what a training made: its artifacts, its metrics, and the model version.</summary>
internal sealed class ModelRegistration(IAssets assets, IRuns runs, IBlobStore blobs, IOnlineFeatures features, TimeProvider time)
{
    private const long Batch = -1;

    /// <summary>Adds the model version.</summary>
    public Task<AssetVersion> RegisterAsync(Caller caller, Training training, ModelManifest manifest, CancellationToken cancellationToken) =>
        assets.AddVersionAsync(caller, new(AssetKind.Model, training.ModelName, manifest, training.Run.Id), cancellationToken);

    /// <summary>Keeps artifacts and metrics with the run; returns what the model version is to be.</summary>
    public async Task<ModelManifest> KeepAsync(Caller caller, Training training, RowParts parts, TrainingOutcome outcome, CancellationToken cancellationToken)
    {
        var (candidate, evidence) = (outcome.Candidate, outcome.Evidence);
        var graph = await PutAsync("model.onnx", "application/octet-stream", candidate.Graph, cancellationToken);
        var native = await PutAsync(candidate.Model.Native.FileName, candidate.Model.Native.MediaType, candidate.Model.Native.Bytes, cancellationToken);
        var transform = await PutAsync("transform.json", "application/json", candidate.Transform.ToJson(), cancellationToken);
        List<RunArtifact> artifacts = [graph, native, transform, .. await ReportsAsync(outcome, cancellationToken)];
        var now = time.GetUtcNow();
        await runs.LogAsync(caller, training.Run.Id, new()
        {
            Parameters = Describe(training.Spec, parts, candidate),
            Metrics = [.. evidence.Select(e => new MetricPoint(e.Key, e.Value, 0, now))],
            Artifacts = artifacts,
        }, cancellationToken);

        return new(
            graph.Content.Digest, await InputsAsync(caller, training.Spec, candidate.Transform, cancellationToken),
            [
                new(ModelGraph.ProbabilityOutput, ModelFieldType.Float32, [Batch]),
                new(ModelGraph.LabelOutput, ModelFieldType.Int64, [Batch]),
            ],
            training.Spec.FeatureService, native.Content.Digest, transform.Content.Digest, training.Dataset.Version.Id, candidate.Learner.Type,
            // Without what the clock measured: the same training then gives the same version.
            evidence.Where(e => !EvidenceNames.IsTiming(e.Key)).ToDictionary(e => e.Key, e => e.Value));
    }

    private async Task<IEnumerable<RunArtifact>> ReportsAsync(TrainingOutcome outcome, CancellationToken cancellationToken)
    {
        var artifacts = new List<RunArtifact>
        {
            // Only what the training itself decides: the same training then writes the same file. What the clock measured, and the champion of the day, stand among the run's metrics.
            await PutAsync("metrics.json", "application/json", JsonSerializer.SerializeToUtf8Bytes(
                outcome.Evidence.Where(e => EvidenceNames.IsRepeatable(e.Key)).OrderBy(e => e.Key, StringComparer.Ordinal).ToDictionary(e => e.Key, e => e.Value), LedgerJson.Options), cancellationToken),
        };
        if (outcome.Findings.Fairness is { } fairness)
            artifacts.Add(await PutAsync("fairness.json", "application/json", JsonSerializer.SerializeToUtf8Bytes(fairness.Groups, LedgerJson.Options), cancellationToken));
        var baseline = outcome.Baseline is { } b ? (b.Learner, b.Test) : ((string, ScoredRows)?)null;
        foreach (var (path, svg) in ModelPlots.Draw(outcome.Candidate.Learner.Type, outcome.Findings, baseline))
            artifacts.Add(await PutAsync(path, "image/svg+xml", System.Text.Encoding.UTF8.GetBytes(svg), cancellationToken));
        return artifacts;
    }

    private async Task<RunArtifact> PutAsync(string path, string mediaType, byte[] content, CancellationToken cancellationToken) =>
        new(path, await blobs.PutAsync(content, cancellationToken), mediaType);

    private static Dictionary<string, string> Describe(TrainerSpec spec, RowParts parts, Candidate candidate) => new(LearnerParameters.Describe(candidate.Learner))
    {
        ["rows.training"] = FormattableString.Invariant($"{parts.Training.Rows}"),
        ["rows.validation"] = FormattableString.Invariant($"{parts.Validation.Rows}"),
        ["rows.test"] = FormattableString.Invariant($"{parts.Test.Rows}"),
        ["split.validation_from"] = FormattableString.Invariant($"{parts.ValidationFrom:O}"),
        ["split.test_from"] = FormattableString.Invariant($"{parts.TestFrom:O}"),
        ["features"] = FormattableString.Invariant($"{candidate.Transform.Features.Count}"),
        ["threshold"] = FormattableString.Invariant($"{spec.Threshold}"),
    };

    private async Task<IReadOnlyList<ModelField>> InputsAsync(Caller caller, TrainerSpec spec, FittedTransform transform, CancellationToken cancellationToken)
    {
        var served = spec.FeatureService is { } service ? (await features.OpenAsync(caller, service, cancellationToken)).Features : [];
        return [.. transform.Inputs.Select(input => new ModelField(
            input.Name,
            input.Type switch { ColumnType.Number => ModelFieldType.Float32, ColumnType.Text => ModelFieldType.Text, _ => ModelFieldType.Int64 },
            [Batch, 1],
            served.Contains(input.Name) ? ModelFieldSource.Feature : ModelFieldSource.Request))];
    }
}
