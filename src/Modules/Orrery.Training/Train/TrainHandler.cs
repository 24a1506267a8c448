using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Access;
using Orrery.Preparation;
using Orrery.Training.Evaluation;
using Orrery.Training.Learners;
using Orrery.Training.Trainers;

namespace Orrery.Training.Train;

/// <summary>Does trainings; the order of the work is in <see cref="TrainAsync(Caller, Training, IProgress{StepProgress}?, CancellationToken)"/>.</summary>
internal sealed class TrainHandler(
    IResources resources, IDatasets datasets, IRuns runs, TimeSplit split, TrialStudy study, BaselineTraining baselines, ChampionScores champions,
    ModelRegistration registration, BackgroundTrainings background, TimeProvider time) : ITrainer
{
    private const string UnitOfProgress = "trials";

    public async Task<TrainedModel> TrainAsync(
        Caller caller, TrainRequest request, IProgress<StepProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var training = await BeginAsync(caller, request, cancellationToken);
        return await RunGuard.RunAsync(runs, caller, training.Run.Id, () => TrainAsync(caller, training, progress, cancellationToken));
    }

    public async Task<RunId> StartAsync(Caller caller, TrainRequest request, CancellationToken cancellationToken = default)
    {
        background.CheckRoom();
        var training = await BeginAsync(caller, request, cancellationToken);
        background.Start(training.Run.Id, stopping => RunGuard.RunAsync(runs, caller, training.Run.Id, () => TrainAsync(caller, training, null, stopping)));
        return training.Run.Id;
    }

    private async Task<Training> BeginAsync(Caller caller, TrainRequest request, CancellationToken cancellationToken)
    {
        var trainer = await resources.GetAsync<TrainerSpec>(caller, new(AssetKind.Trainer, request.Trainer), cancellationToken);
        var spec = request.Set is { } settings ? TrainerSettings.Apply(request.Trainer, trainer.Spec, settings) : trainer.Spec;
        var dataset = request.TrainingSet is { } id
            ? await datasets.OpenAsync(caller, id, cancellationToken)
            : await datasets.OpenAsync(caller, new AssetRef(AssetKind.Dataset, spec.TrainingSet), cancellationToken);
        if (request.Parent is { } parent)
            await EndInterruptedAsync(caller, parent, cancellationToken);
        var parameters = new Dictionary<string, string>
        {
            ["trainer"] = trainer.Version.Ref.ToString(),
            ["training_set"] = dataset.Version.Ref.ToString(),
            ["label"] = spec.Label,
        };
        foreach (var (name, value) in request.Set is { } set ? TrainerSettings.Describe(set) : [])
            parameters[name] = value;
        var run = await runs.StartAsync(caller, new("train", $"train {request.Trainer}", request.Trainer, request.Parent, spec.Seed, parameters), cancellationToken);
        return new(request.Trainer, trainer.Version, trainer.Bases, spec, dataset, run);
    }

    /// <summary>A pipeline runs its step again after a crash; the training that the crash ended is still said to be running.</summary>
    private async Task EndInterruptedAsync(Caller caller, RunId parent, CancellationToken cancellationToken)
    {
        foreach (var training in (await runs.ListAsync(caller, new(Kind: "train", Parent: parent, Status: RunStatus.Running), new(), cancellationToken)).Items)
            await EndAsync(caller, training.Id, cancellationToken);
    }

    // With all that is below: its study, and that one's trials.
    private async Task EndAsync(Caller caller, RunId run, CancellationToken cancellationToken)
    {
        foreach (var below in (await runs.ListAsync(caller, new(Parent: run, Status: RunStatus.Running), new(), cancellationToken)).Items)
            await EndAsync(caller, below.Id, cancellationToken);
        await runs.FinishAsync(caller, run, RunStatus.Failed, "The process ended while it ran.", cancellationToken: cancellationToken);
    }

    private async Task<TrainedModel> TrainAsync(Caller caller, Training training, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var spec = training.Spec;
        var trials = spec.Tune?.Trials ?? 0;
        var bases = training.Bases.Select(version => new RunInput(version.Id, "trainer-base"));
        await runs.LogAsync(
            caller, training.Run.Id, new() { Inputs = [new(training.Dataset.Version.Id, "training-set"), new(training.Version.Id, "trainer"), .. bases] }, cancellationToken);
        using var parts = await split.ReadAsync(training.Dataset, spec, cancellationToken);
        var prepared = await Task.Run(() => PreparedParts.Of(spec.Transform, parts, spec.Seed, cancellationToken), cancellationToken);
        var metric = StudyMetric.Find(spec.Tune?.Metric ?? "roc_auc");
        var task = new LearningTask(prepared.Training, prepared.Validation, metric, spec.Seed, spec.Threads);

        var baseline = spec.Baseline is null ? null : await baselines.TrainAsync(caller, training, parts, prepared, metric, cancellationToken);
        progress?.Report(new(0, trials + 1, UnitOfProgress));
        var outcome = spec.Tune is not { Trials: > 0 } tune ? null : await study.SearchAsync(
            caller, training, task with { Training = prepared.Training.Sample(tune.Sample) },
            done => progress?.Report(new(done, trials + 1, UnitOfProgress)), cancellationToken);

        var candidate = await Task.Run(() => Fit(outcome?.Best ?? spec.Learner, task, prepared, cancellationToken), cancellationToken);
        var findings = await Task.Run(() => new Evaluator(time).Evaluate(candidate, parts, spec, cancellationToken), cancellationToken);
        var evidence = new Dictionary<string, double>(findings.Evidence, StringComparer.Ordinal);
        foreach (var (name, value) in baseline?.Test.Evidence("baseline.test") ?? [])
            evidence[name] = value;
        foreach (var (name, value) in await champions.EvidenceAsync(caller, training.ModelName, parts.Test, cancellationToken))
            evidence[name] = value;
        evidence["rounds"] = candidate.Model.Rounds;
        evidence["trials.pruned"] = outcome?.Pruned ?? 0;

        var model = await registration.RegisterAsync(caller, training, parts, new(candidate, findings, evidence, baseline, outcome), cancellationToken);
        progress?.Report(new(trials + 1, trials + 1, UnitOfProgress));
        return new(model, training.Run.Id, evidence);
    }

    private static Candidate Fit(LearnerSpec spec, LearningTask task, PreparedParts prepared, CancellationToken cancellationToken)
    {
        using var learner = Learner.For(spec, task);
        var model = learner.Fit(spec, cancellationToken: cancellationToken);
        return new(spec, prepared, model, ModelGraph.Fuse(prepared.Transform, model.Predictor));
    }
}

/// <summary>A training under way.</summary>
/// <param name="Name">The trainer's name.</param>
/// <param name="Version">The trainer's version.</param>
/// <param name="Bases">The versions of trainers that its spec stands on.</param>
/// <param name="Spec">The trainer, with what the training sets.</param>
/// <param name="Dataset">The training set.</param>
/// <param name="Run">Its run.</param>
internal sealed record Training(string Name, AssetVersion Version, IReadOnlyList<AssetVersion> Bases, TrainerSpec Spec, Dataset Dataset, Run Run)
{
    public string ModelName => Spec.Model ?? Name;
}
