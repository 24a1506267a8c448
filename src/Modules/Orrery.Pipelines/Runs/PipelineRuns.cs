using System.Globalization;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Definition;
using Orrery.Pipelines.Steps;
using Orrery.Pipelines.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Signals;
using Orrery.Platform.Work;

namespace Orrery.Pipelines.Runs;

/// <summary>Accepts, shows and ends runs; <see cref="Worker.PipelineWorker"/> works on them.</summary>
internal sealed class PipelineRuns(
    IResources resources, IRuns runs, ILineage lineage, IWorkQueue queue, PipelineStore store, StepKinds kinds, RunBoard board, TimeProvider clock) : IPipelines
{
    public const string Queue = "pipelines";
    private const int MaxIntervals = 10_000;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1); // how often a wait asks for a run that another process works on

    public async Task<RunId> StartAsync(
        Caller caller, string pipeline, IReadOnlyDictionary<string, string>? parameters = null, PipelineTrigger? trigger = null, CancellationToken cancellationToken = default)
    {
        trigger ??= PipelineTrigger.Manual;
        var resource = await resources.GetAsync<PipelineSpec>(caller, new(AssetKind.Pipeline, pipeline), cancellationToken);
        var values = Parameters.Of(resource.Spec, parameters);
        var plan = PipelinePlan.Make(pipeline, resource.Spec, values, kinds);
        var now = clock.GetUtcNow();
        var id = RunId.New(now);
        var row = new PipelineRunRow
        {
            Id = id.ToString(),
            Workspace = caller.Workspace,
            Pipeline = pipeline,
            Version = resource.Version.Number,
            Status = Words.Of(RunStatus.Running),
            TriggerKind = Words.Of(trigger.Kind),
            TriggerDetail = trigger.Detail,
            TriggerKey = trigger.Kind == PipelineTriggerKind.Manual ? null : $"{caller.Workspace}/{pipeline}/{Words.Of(trigger.Kind)}/{trigger.Detail}",
            Parameters = PipelineStore.Json(values),
            Owner = caller.Actor,
            OwnerRole = Words.Of(caller.Role),
            StartedAt = SignalBatch.ToMicroseconds(now),
        };
        var steps = plan.Steps.Select(step => new PipelineStepRow { PipelineRunId = row.Id, Name = step.Declared.Name, Ordinal = step.Ordinal, Uses = step.Declared.Uses }).ToList();
        var (accepted, _) = await store.AddAsync(row, steps, cancellationToken);
        // From here on the run is durable: were the process to die now, the worker would find it and do what follows.
        await BeginAsync(accepted, resource.Version, cancellationToken);
        await queue.EnqueueAsync(Queue, accepted.Id, default, cancellationToken: cancellationToken);
        return accepted.RunId;
    }

    /// <summary>Makes the run's record in the ledger, where that has not been done.</summary>
    public async Task BeginAsync(PipelineRunRow row, AssetVersion version, CancellationToken cancellationToken)
    {
        if (row.EndedAt is not null)
            return;
        var given = row.ReadParameters().ToDictionary(parameter => parameter.Key, parameter => Placeholders.Text(parameter.Value));
        var tags = new Dictionary<string, string> { ["trigger"] = $"{row.TriggerKind} {row.TriggerDetail}".TrimEnd() };
        await runs.StartAsync(row.Caller, new("pipeline", row.Pipeline, row.Pipeline, Parameters: given, Tags: tags, Id: row.RunId) { Keeper = RunKeeper.Other }, cancellationToken);
        await runs.LogAsync(row.Caller, row.RunId, new() { Inputs = [new(version.Id, "pipeline")] }, cancellationToken);
        if (row.TriggerKind == Words.Of(PipelineTriggerKind.Signal))
            await lineage.LinkAsync(row.Caller, new(LineageNodeKind.Signal, row.TriggerDetail), LineageNodeId.Of(row.RunId), "triggered", cancellationToken);
    }

    public async Task<IReadOnlyList<RunId>> BackfillAsync(
        Caller caller, string pipeline, Backfill backfill, IReadOnlyDictionary<string, string>? parameters = null, CancellationToken cancellationToken = default)
    {
        if (backfill.Every <= TimeSpan.Zero || backfill.To <= backfill.From)
            throw new InvalidException("A backfill goes from a time to a later one, in intervals of more than 0s.");
        if ((backfill.To - backfill.From) / backfill.Every > MaxIntervals)
            throw new InvalidException($"That is more than {MaxIntervals} intervals; take longer ones or a shorter range.");
        var started = new List<RunId>();
        for (var from = backfill.From; from < backfill.To; from += backfill.Every)
        {
            var text = from.UtcDateTime.TimeOfDay == TimeSpan.Zero && backfill.Every >= TimeSpan.FromDays(1)
                ? from.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
                : from.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            var given = new Dictionary<string, string>(parameters ?? new Dictionary<string, string>()) { [backfill.Parameter] = text };
            started.Add(await StartAsync(caller, pipeline, given, new(PipelineTriggerKind.Backfill, $"{backfill.Parameter}={text}"), cancellationToken));
        }

        return started;
    }

    public async Task<PipelineStatus> GetAsync(Caller caller, RunId run, CancellationToken cancellationToken = default)
    {
        var row = await store.GetAsync(caller, run, cancellationToken);
        var steps = await store.StepsAsync(run, cancellationToken);
        return new(row.ToRun(), [.. steps.Select(step => step.ToState(step.ReadStatus() == StepStatus.Running ? board.Progress(run, step.Name) : null))]);
    }

    public Task<Page<PipelineRun>> ListAsync(Caller caller, string? pipeline, PageRequest page, CancellationToken cancellationToken = default) =>
        store.ListAsync(caller, pipeline, page, cancellationToken);

    public async Task CancelAsync(Caller caller, RunId run, CancellationToken cancellationToken = default)
    {
        var row = await store.GetAsync(caller, run, cancellationToken);
        if (row.EndedAt is not null)
            return;
        await store.RequestCancelAsync(run, cancellationToken);
        board.Cancel(run);
    }

    public async Task<PipelineStatus> WaitAsync(Caller caller, RunId run, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var ended = board.NextEnd(); // asked for before the state is read, so that an end in between is not missed
            var status = await GetAsync(caller, run, cancellationToken);
            if (status.Run.Status != RunStatus.Running)
                return status;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(ended, Task.Delay(Look, clock, stop.Token));
            await stop.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
