using System.Text.Json;
using System.Text.Json.Serialization;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Runs;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>All that a run of a study needs to go on, whoever takes it up: kept with the run, so that a later version of the declaration does not change what was begun.</summary>
/// <param name="Study">The study's name; a trainer's for the study of a training.</param>
/// <param name="Space">The declared parameters; null where the objective defines them by what it asks for.</param>
/// <param name="Options">Of the search.</param>
/// <param name="Objectives">With their directions.</param>
/// <param name="Constraints">What the best must keep.</param>
/// <param name="Trials">How many are run.</param>
internal sealed record StudyPlan(
    string Study, IReadOnlyList<ParameterSpec>? Space, StudyOptions Options, IReadOnlyList<ObjectiveSpec> Objectives, IReadOnlyList<ConstraintSpec> Constraints, int Trials)
{
    /// <summary>The plan as an artifact of the study's run.</summary>
    public const string Path = "plan.json";

    /// <summary>How many trials of a trainer run at once.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>How long a worker outside may say nothing.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a point is tried in all where its worker dies.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Points to try first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, ParameterValue>> Enqueue { get; init; } = [];

    /// <summary>Trials of earlier studies; they have the first numbers.</summary>
    public IReadOnlyList<TrialRecord> Earlier { get; init; } = [];

    /// <summary>What stands before a parameter's name in the runs of trials: <c>learner.</c> for a trainer's.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The trainer whose trials these are; null where workers outside run them.</summary>
    public PlannedTrainer? Trainer { get; init; }

    /// <summary>Who says when the study's run and the trials of this process end: a training's own study ends with it.</summary>
    public RunKeeper Keeper { get; init; } = RunKeeper.Other;

    /// <summary>Reports of earlier steps are a trial's course and nothing that a pruner judges by.</summary>
    public int FirstReport { get; init; }

    /// <summary>A pruner judges by every so many steps.</summary>
    public int ReportEvery { get; init; } = 1;

    /// <summary>Every metric that a trial is told with.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Metrics => [.. Objectives.Select(o => o.Metric).Concat(Constraints.Select(c => c.Metric)).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether a pruner judges by a report at this step.</summary>
    public bool IsReport(long step) => step >= FirstReport && step % ReportEvery == 0;

    /// <summary>The study after some of its own trials.</summary>
    /// <param name="asked">Where the objective defines the space: what it has asked for so far.</param>
    /// <param name="trials">By number, after the earlier ones.</param>
    /// <exception cref="InvalidException">An earlier trial does not fit the space.</exception>
    public Study Resume(IReadOnlyList<ParameterSpec> asked, IEnumerable<TrialRecord> trials) => Tuning.Studies.Study.FromState(new()
    {
        Space = Space ?? asked,
        Options = Options,
        DefinedByRun = Space is null,
        Trials = [.. Earlier.Select((trial, i) => trial with { Number = i, RetryOf = null }), .. trials],
    });

    /// <summary>The objectives and constraints among the metrics that a trial is told with.</summary>
    /// <exception cref="InvalidException">One is missing.</exception>
    public (IReadOnlyList<double> Values, IReadOnlyList<double> Constraints) Of(IReadOnlyDictionary<string, double> metrics)
    {
        foreach (var name in Metrics)
        {
            if (!metrics.ContainsKey(name))
                throw new InvalidException($"A trial of this study is told with {string.Join(", ", Metrics)}; '{name}' is missing, got {(metrics.Count == 0 ? "none" : string.Join(", ", metrics.Keys))}.");
        }

        return ([.. Objectives.Select(o => metrics[o.Metric])], [.. Constraints.Select(c => c.Violation(metrics[c.Metric]))]);
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, LedgerJson.Options);

    public static StudyPlan Parse(byte[] json) => JsonSerializer.Deserialize<StudyPlan>(json, LedgerJson.Options)
        ?? throw new InvalidException("The plan of the study's run is empty.");
}

/// <summary>The trainer of a study's trials, as it was when the run began.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Spec">Its spec, filled up.</param>
/// <param name="TrainingSet">The dataset version.</param>
/// <param name="Sample">The share of training rows.</param>
/// <param name="Steering">The metric of early stopping, by its name in the catalogue.</param>
internal sealed record PlannedTrainer(string Name, Trainers.TrainerSpec Spec, VersionId TrainingSet, double Sample, string Steering);
