using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Runs.Logs;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Access;
using Orrery.Preparation;
using Orrery.Training.Evaluation;
using Orrery.Training.Learners;
using Orrery.Training.Trainers;

namespace Orrery.Training.Train;

/// <summary>Does trainings; the order of the work is in <see cref="TrainAsync(Caller, Training, IProgress{StepProgress}?, CancellationToken)"/>.</summary>
internal sealed class TrainHandler(
    IResources resources, IAssets assets, IDatasets datasets, IRuns runs, TimeSplit split, TrialStudy study, BaselineTraining baselines, ChampionScores champions,
    ModelRegistration registration, BackgroundTrainings background, IRunLogs logs, TimeProvider time) : ITrainer
{
    /// <summary>What a training's run is called by kind.</summary>
    public const string Kind = "train";

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
        var recipe = new TrainingRecipe(request.Trainer, trainer.Version.Id, [.. trainer.Bases.Select(version => version.Id)], dataset.Version.Id, spec, parameters);
        var run = await runs.StartAsync(
            caller, new(Kind, $"train {request.Trainer}", request.Trainer, request.Parent, spec.Seed, parameters) { Recipe = recipe.ToJson() }, cancellationToken);
        return new(request.Trainer, trainer.Version, trainer.Bases, spec, dataset, run);
    }

    /// <summary>Starts the same training again, as a run of its own beside the original. It registers no model version.</summary>
    public async Task<RunId> ReproduceAsync(Caller caller, Run original, CancellationToken cancellationToken)
    {
        background.CheckRoom();
        var recipe = TrainingRecipe.Of(original);
        var trainer = await assets.GetAsync(caller, recipe.TrainerVersion, cancellationToken);
        var bases = new List<AssetVersion>();
        foreach (var id in recipe.Bases)
            bases.Add(await assets.GetAsync(caller, id, cancellationToken));
        var dataset = await datasets.OpenAsync(caller, recipe.TrainingSet, cancellationToken);
        var run = await runs.StartAsync(
            caller, new(Kind, original.Name, original.Folder, Seed: original.Seed, Parameters: recipe.Parameters) { Recipe = original.Recipe, Reproduces = original.Id }, cancellationToken);
        var training = new Training(recipe.Trainer, trainer, bases, recipe.Spec, dataset, run);
        background.Start(run.Id, stopping => RunGuard.RunAsync(runs, caller, run.Id, async () =>
        {
            await LearnAsync(caller, training, null, stopping);
            return true;
        }));
        return run.Id;
    }

    /// <summary>A pipeline runs its step again after a crash; the training that the crash ended is still said to be running.</summary>
    private async Task EndInterruptedAsync(Caller caller, RunId parent, CancellationToken cancellationToken)
    {
        foreach (var training in (await runs.ListAsync(caller, new(Kind: Kind, Parent: parent, Status: RunStatus.Running), new(), cancellationToken)).Items)
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
        var learnt = await LearnAsync(caller, training, progress, cancellationToken);
        return new(await registration.RegisterAsync(caller, training, learnt.Manifest, cancellationToken), training.Run.Id, learnt.Evidence);
    }

    private async Task<(ModelManifest Manifest, IReadOnlyDictionary<string, double> Evidence)> LearnAsync(
        Caller caller, Training training, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var spec = training.Spec;
        var trials = spec.Tune?.Trials ?? 0;
        var bases = training.Bases.Select(version => new RunInput(version.Id, "trainer-base"));
        await runs.LogAsync(
            caller, training.Run.Id, new() { Inputs = [new(training.Dataset.Version.Id, "training-set"), new(training.Version.Id, "trainer"), .. bases] }, cancellationToken);
        await SayAsync($"Reading {training.Dataset.Version.Ref}.");
        using var parts = await split.ReadAsync(training.Dataset, spec, cancellationToken);
        await SayAsync($"{parts.Training.Rows} rows to train, {parts.Validation.Rows} to validate (from {parts.ValidationFrom:u}), {parts.Test.Rows} to test (from {parts.TestFrom:u}).");
        var prepared = await Task.Run(() => PreparedParts.Of(spec.Transform, parts, spec.Seed, cancellationToken), cancellationToken);
        var metric = StudyMetric.Find(spec.Tune?.Metric ?? "roc_auc");
        var task = new LearningTask(prepared.Training, prepared.Validation, metric, spec.Seed, spec.Threads);

        var baseline = spec.Baseline is null ? null : await baselines.TrainAsync(caller, training, parts, prepared, metric, cancellationToken);
        if (baseline is not null)
            await SayAsync($"The baseline, {baseline.Learner}, is trained.");
        if (trials > 0)
            await SayAsync($"{trials} trials by {metric.Name}; each is a run below this one.");
        progress?.Report(new(0, trials + 1, UnitOfProgress));
        var outcome = spec.Tune is not { Trials: > 0 } tune ? null : await study.SearchAsync(
            caller, training, task with { Training = prepared.Training.Sample(tune.Sample) },
            done => progress?.Report(new(done, trials + 1, UnitOfProgress)), cancellationToken);

        if (outcome is not null)
            await SayAsync($"Best: {Describe(outcome.Best)} ({outcome.Pruned} trials were stopped early). It is trained on all rows of the training part.");
        var candidate = await Task.Run(() => Fit(outcome?.Best ?? spec.Learner, task, prepared, cancellationToken), cancellationToken);
        var findings = await Task.Run(() => new Evaluator(time).Evaluate(candidate, parts, spec, cancellationToken), cancellationToken);
        var evidence = new Dictionary<string, double>(findings.Evidence, StringComparer.Ordinal);
        foreach (var (name, value) in baseline?.Test.Evidence("baseline.test") ?? [])
            evidence[name] = value;
        // Today's champion says nothing of a training of another day.
        foreach (var (name, value) in training.Run.Reproduces is null ? await champions.EvidenceAsync(caller, training.ModelName, parts.Test, cancellationToken) : [])
            evidence[name] = value;
        evidence["rounds"] = candidate.Model.Rounds;
        evidence["trials.pruned"] = outcome?.Pruned ?? 0;

        await SayAsync($"{candidate.Model.Rounds} rounds. On the test part: {string.Join(", ", evidence.Where(e => e.Key.StartsWith("test.", StringComparison.Ordinal)).Select(e => FormattableString.Invariant($"{e.Key[5..]} {e.Value:G5}")))}.");
        var manifest = await registration.KeepAsync(caller, training, parts, new(candidate, findings, evidence, baseline, outcome), cancellationToken);
        progress?.Report(new(trials + 1, trials + 1, UnitOfProgress));
        return (manifest, evidence);

        Task SayAsync(FormattableString line) => logs.AppendAsync(caller, training.Run.Id, [new(FormattableString.Invariant(line))], cancellationToken: cancellationToken);
    }

    private static string Describe(LearnerSpec learner) => string.Join(", ", LearnerParameters.Describe(learner).Select(parameter => $"{parameter.Key} {parameter.Value}"));

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
