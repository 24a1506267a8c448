using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Access;

namespace Orrery.Training.Train;

/// <summary>A training to do.</summary>
/// <param name="Trainer">The declared trainer; its latest version is used.</param>
/// <param name="TrainingSet">The dataset version to train on; the latest of the trainer's own where it is left out.</param>
/// <param name="Parent">The run that it is part of.</param>
/// <param name="Set">What this training takes otherwise than the trainer says, laid over its spec: <c>{ "tune": { "trials": 3 } }</c>.</param>
public sealed record TrainRequest(string Trainer, VersionId? TrainingSet = null, RunId? Parent = null, JsonElement? Set = null);

/// <summary>What a training made.</summary>
/// <param name="Model">The model version; its manifest is a <see cref="Ledger.Models.ModelManifest"/>.</param>
/// <param name="Run">The training's run, with its trials and its baseline below it.</param>
/// <param name="Evidence">What gates judge by: <c>test.auc</c>, <c>latency.p99.ms</c> … See <see cref="Evaluation.EvidenceNames"/>.</param>
public sealed record TrainedModel(AssetVersion Model, RunId Run, IReadOnlyDictionary<string, double> Evidence);

/// <summary>Trains models as declared. Thread-safe.</summary>
public interface ITrainer
{
    /// <summary>
    /// Splits the training set by time, fits the transform on the training part, trains the baseline, runs the study, trains the best again,
    /// and evaluates it on the test part through the ONNX graph that will be served. Every trial is a run of its own.
    /// The same training set version, trainer, settings and seed give the same model to the byte.
    /// </summary>
    /// <exception cref="InvalidException">The trainer does not fit the data; the message says what to change. The run is kept as failed.</exception>
    Task<TrainedModel> TrainAsync(Caller caller, TrainRequest request, IProgress<StepProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Starts a training and returns its run at once; the training goes on after the caller has gone.</summary>
    Task<RunId> StartAsync(Caller caller, TrainRequest request, CancellationToken cancellationToken = default);
}
