using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Statistics.Metrics;
using Orrery.Training.Trainers;
using Orrery.Tuning.Samplers;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>Makes the plan of a run: of a declared study, or of the one within a training.</summary>
internal sealed class StudyPlanner(IResources resources, IDatasets datasets, IRuns runs, StudyLedger ledger)
{
    private const string LearnerPrefix = "learner.";

    /// <summary>The plan of a declared study, and what its run reads.</summary>
    /// <exception cref="InvalidException">It does not fit its trainer, or an earlier study does not fit it.</exception>
    public async Task<(StudyPlan Plan, IReadOnlyList<RunInput> Inputs)> OfAsync(Caller caller, string name, CancellationToken cancellationToken)
    {
        var declared = await resources.GetAsync<StudySpec>(caller, new(AssetKind.Study, name), cancellationToken);
        var spec = declared.Spec;
        var inputs = new List<RunInput> { new(declared.Version.Id, "study") };
        var plan = new StudyPlan(name, spec.Space, Options(spec, [.. (spec.Objectives ?? []).Select(Directed)]), [.. (spec.Objectives ?? []).Select(Directed)], spec.Constraints ?? [], spec.Trials);
        if (spec.Trainer is { } trainer)
            plan = await WithTrainerAsync(caller, plan, spec, trainer, inputs, cancellationToken);
        var earlier = new List<TrialRecord>();
        foreach (var study in spec.WarmStart ?? [])
            earlier.AddRange(await EndedTrialsAsync(caller, study, cancellationToken));
        plan = plan with
        {
            Workers = spec.Workers,
            Lease = spec.Lease ?? TimeSpan.FromMinutes(1),
            Attempts = spec.Attempts,
            Enqueue = spec.Enqueue ?? [],
            Earlier = earlier,
        };
        return (Checked(plan), inputs);
    }

    /// <summary>The plan of the study within a training: it ends with the training, and with the process.</summary>
    public static StudyPlan Of(string trainer, TrainerSpec spec, TuneSpec tune, VersionId trainingSet)
    {
        var metric = StudyMetric.Find(tune.Metric);
        IReadOnlyList<ObjectiveSpec> objectives = [new(TrainerObjective.NameOf(metric), metric.Direction)];
        var options = new StudyOptions { Seed = (ulong)spec.Seed, Sampler = tune.Sampler, Pruner = tune.Pruner, Directions = [metric.Direction] };
        return Checked(Reported(new(trainer, tune.Space, options, objectives, [], tune.Trials) { Keeper = RunKeeper.Process, Attempts = 1 }, spec)) with
        {
            Trainer = new(trainer, spec, trainingSet, tune.Sample, metric.Name),
        };
    }

    private static ObjectiveSpec Directed(ObjectiveSpec objective) => objective with { Direction = objective.Direction ?? MetricDirection.LowerIsBetter };

    private static StudyOptions Options(StudySpec spec, IReadOnlyList<ObjectiveSpec> objectives) =>
        new() { Seed = (ulong)spec.Seed, Sampler = spec.Sampler, Pruner = spec.Pruner, Directions = [.. objectives.Select(o => o.Direction!.Value)] };

    private async Task<StudyPlan> WithTrainerAsync(
        Caller caller, StudyPlan plan, StudySpec spec, string name, List<RunInput> inputs, CancellationToken cancellationToken)
    {
        var trainer = await resources.GetAsync<TrainerSpec>(caller, new(AssetKind.Trainer, name), cancellationToken);
        var dataset = await datasets.OpenAsync(caller, new AssetRef(AssetKind.Dataset, spec.TrainingSet ?? trainer.Spec.TrainingSet), cancellationToken);
        inputs.Add(new(trainer.Version.Id, "trainer"));
        inputs.AddRange(trainer.Bases.Select(version => new RunInput(version.Id, "trainer-base")));
        inputs.Add(new(dataset.Version.Id, "training-set"));
        var own = trainer.Spec.Tune;
        var space = spec.Space ?? own?.Space
            ?? throw new InvalidException($"The study '{plan.Study}' has no space, and the trainer '{name}' has no 'tune.space' to take; declare 'space'.");
        CheckParameters(name, trainer.Spec.Learner, space);
        IReadOnlyList<ObjectiveSpec> objectives = spec.Objectives is { Count: > 0 } declared
            ? [.. declared.Select(o => o with { Direction = o.Direction ?? TrainerObjective.Direction(o.Metric) })]
            : [new(TrainerObjective.NameOf(StudyMetric.Find(own?.Metric ?? "roc_auc")), StudyMetric.Find(own?.Metric ?? "roc_auc").Direction)];
        foreach (var metric in objectives.Select(o => o.Metric).Concat(plan.Constraints.Select(c => c.Metric)))
            TrainerObjective.Direction(metric);
        var steering = StudyMetric.Names.Select(StudyMetric.Find).FirstOrDefault(m => TrainerObjective.NameOf(m) == objectives[0].Metric);
        if (steering is null && spec.Pruner != Tuning.Studies.PrunerKind.None)
            throw new InvalidException($"A pruner compares trials round by round; '{objectives[0].Metric}' is known at their end alone. Choose pruner none.");
        return Reported(plan with
        {
            Space = space,
            Objectives = objectives,
            Options = Options(spec, objectives),
            Trainer = new(name, trainer.Spec, dataset.Version.Id, spec.Sample, steering?.Name ?? own?.Metric ?? "roc_auc"),
        }, trainer.Spec);
    }

    // The rounds of a trial are its resource.
    private static StudyPlan Reported(StudyPlan plan, TrainerSpec trainer)
    {
        var first = TrainerObjective.FirstReport(trainer.Learner);
        return plan with
        {
            Prefix = LearnerPrefix,
            FirstReport = first,
            ReportEvery = TrainerObjective.ReportEvery,
            Options = plan.Options with { MinimumResource = first, MaximumResource = Math.Max(first, trainer.Learner.Rounds) },
        };
    }

    private static void CheckParameters(string trainer, LearnerSpec learner, IReadOnlyList<ParameterSpec> space)
    {
        var known = LearnerParameters.Names(learner);
        if (space.FirstOrDefault(p => !known.Contains(p.Name)) is { } unknown)
        {
            var nearest = NearestName.Of(unknown.Name, known) is { } near ? $"Did you mean '{near}'?" : $"It has {string.Join(", ", known)}.";
            throw new InvalidException($"The learner {learner.Type} of the trainer '{trainer}' has no parameter '{unknown.Name}'. {nearest}");
        }
    }

    private async Task<IEnumerable<TrialRecord>> EndedTrialsAsync(Caller caller, string study, CancellationToken cancellationToken)
    {
        var latest = (await runs.ListAsync(caller, new(StudyLedger.Kind, study), new(1), cancellationToken)).Items;
        if (latest is not [var run])
            throw new InvalidException($"The study '{study}' has no run to start warm from; run it first, or leave it out of 'warmStart'.");
        var (_, plan) = await ledger.OpenAsync(caller, run.Id, cancellationToken);
        var stored = await ledger.Trials.ReadAsync(caller, run, plan, plan.Space ?? TrialLedger.AskedFor(run), cancellationToken);
        return plan.Earlier.Concat(stored.Select(trial => trial.Record)).Where(trial => trial.State is TrialState.Complete or TrialState.Pruned);
    }

    // What a run would stumble over is said before it begins.
    private static StudyPlan Checked(StudyPlan plan)
    {
        try
        {
            plan.Resume([], []);
        }
        catch (InvalidException refusal) when (plan.Earlier.Count > 0)
        {
            throw new InvalidException($"An earlier trial does not fit the study '{plan.Study}': {refusal.Message}", refusal);
        }

        return plan.Options.Sampler == SamplerKind.Grid && plan.Space is { } space
            ? plan with { Trials = (int)Math.Min(plan.Trials, new GridSampler(new SearchSpace(space), plan.Options.Seed, plan.Options.GridPoints).Size) }
            : plan;
    }
}
