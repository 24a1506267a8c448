using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;
using Orrery.Training.Scoring;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>A study's run: its plan, its best so far, its end. The trials below it are <see cref="Trials"/>.</summary>
internal sealed class StudyLedger(IRuns runs, IBlobStore blobs, TrialLedger trials, TimeProvider time)
{
    public const string Kind = "study";

    private const string StatePath = "study.json";
    private const string Json = "application/json";

    public TrialLedger Trials => trials;

    public async Task<Run> BeginAsync(Caller caller, StudyPlan plan, string folder, RunId? parent, IReadOnlyList<RunInput> inputs, CancellationToken cancellationToken)
    {
        var run = await runs.StartAsync(caller, new(Kind, $"study {plan.Study}", folder, parent, (long)plan.Options.Seed, Describe(plan)) { Keeper = plan.Keeper }, cancellationToken);
        await runs.LogAsync(caller, run.Id, new()
        {
            Artifacts = [new(StudyPlan.Path, await blobs.PutAsync(plan.ToJson(), cancellationToken), Json)],
            Inputs = inputs,
        }, cancellationToken);
        return run;
    }

    /// <summary>A study's run with its plan.</summary>
    /// <exception cref="NotFoundException">There is no such run, or it is not a study's.</exception>
    public async Task<(Run Run, StudyPlan Plan)> OpenAsync(Caller caller, RunId id, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(caller, id, cancellationToken);
        if (run.Kind != Kind)
            throw new NotFoundException($"Run {id} is a run of kind '{run.Kind}', not of a study.");
        var artifact = (await runs.ArtifactsAsync(caller, id, cancellationToken)).FirstOrDefault(a => a.Path == StudyPlan.Path)
            ?? throw new ConflictException($"Run {id} has no plan: the server ended while it was begun. Start another.");
        return (run, StudyPlan.Parse(await blobs.ReadAsync(artifact.Content.Digest, ModelLimits.MaxGraphBytes, cancellationToken)));
    }

    /// <summary>Another trial is the best: a point of the course of the best value, at the trial's number.</summary>
    public async Task ImprovedAsync(Caller caller, RunId study, StudyPlan plan, TrialRecord best, CancellationToken cancellationToken)
    {
        // Of several objectives none is the best by one of them.
        if (plan.Objectives.Count == 1)
            await runs.LogAsync(caller, study, new() { Metrics = [new($"best.{plan.Objectives[0].Metric}", best.Value!.Value, best.Number, time.GetUtcNow())] }, cancellationToken);
    }

    public async Task FinishAsync(Caller caller, Run run, StudyPlan plan, Study study, RunStatus status, string? error, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var tags = new Dictionary<string, string>();
        if (plan.Objectives.Count == 1 && study.Best is { } best)
        {
            tags["best.trial"] = best.Number.ToString(CultureInfo.InvariantCulture);
            foreach (var (name, value) in best.Parameters)
                tags[$"best.{name}"] = value.ToString();
        }

        await runs.LogAsync(caller, run.Id, new()
        {
            Metrics = [.. Enum.GetValues<TrialState>().Where(state => state != TrialState.Running)
                .Select(state => new MetricPoint($"trials.{state.ToString().ToLowerInvariant()}", study.Trials.Skip(plan.Earlier.Count).Count(t => t.State == state), 0, now))],
            Tags = tags,
            Artifacts = [new(StatePath, await blobs.PutAsync(JsonSerializer.SerializeToUtf8Bytes(study.ToState(), LedgerJson.Options), cancellationToken), Json)],
        }, cancellationToken);
        await runs.FinishAsync(caller, run.Id, status, error, cancellationToken: cancellationToken);
    }

    private static Dictionary<string, string> Describe(StudyPlan plan)
    {
        var described = new Dictionary<string, string>
        {
            ["study"] = plan.Study,
            ["sampler"] = Word(plan.Options.Sampler),
            ["pruner"] = Word(plan.Options.Pruner),
            ["trials"] = plan.Trials.ToString(CultureInfo.InvariantCulture),
            ["objectives"] = string.Join(", ", plan.Objectives.Select(o => $"{o.Metric} {Word(o.Direction!.Value)}")),
        };
        if (plan.Trainer is { } trainer)
            described["trainer"] = trainer.Name;
        return described;
    }

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
