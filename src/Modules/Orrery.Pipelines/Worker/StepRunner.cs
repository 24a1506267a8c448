using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Definition;
using Orrery.Pipelines.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Pipelines.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Signals;

namespace Orrery.Pipelines.Worker;

/// <summary>How a run may be stopped: by somebody, for good; or because this worker stops or lost its lease, and another goes on.</summary>
internal readonly record struct RunStops(CancellationToken Cancelled, CancellationToken Lost);

/// <summary>
/// Runs one step to its end: attempts, waits between them, the run of each attempt in the ledger. A step's state is written before its kind begins
/// and after it ended, so a worker that dies in between makes the step run again, and only that.
/// </summary>
internal sealed partial class StepRunner(
    IAssets assets, IRuns runs, ILineage lineage, PipelineStore store, RunBoard board, TimeProvider clock, ILogger<StepRunner> logger)
{
    public async Task<PipelineStepRow> RunAsync(
        PipelineRunRow pipeline, PlannedStep step, PipelineStepRow state, IReadOnlyDictionary<string, PipelineStepRow> others, RunStops stops)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stops.Cancelled, stops.Lost);
        while (true)
        {
            state = await BeginAsync(state, stops, both.Token);
            if (state.ReadStatus() != StepStatus.Running)
                return state;
            var run = new RunId(Guid.Parse(state.RunId!));
            try
            {
                return await AttemptAsync(pipeline, step, state, run, others, both.Token);
            }
            catch (OperationCanceledException) when (stops.Lost.IsCancellationRequested)
            {
                throw;
            }
            catch (OperationCanceledException) when (stops.Cancelled.IsCancellationRequested)
            {
                await runs.FinishAsync(pipeline.Caller, run, RunStatus.Cancelled, cancellationToken: stops.Lost);
                return await EndAsync(state with { Status = Words.Of(StepStatus.Cancelled) }, stops.Lost);
            }
            catch (Exception error)
            {
                state = await FailAsync(pipeline, step, state, run, error, stops.Lost);
                if (state.ReadStatus() == StepStatus.Failed)
                    return state;
            }
        }
    }

    private async Task<PipelineStepRow> BeginAsync(PipelineStepRow state, RunStops stops, CancellationToken either)
    {
        try
        {
            var wait = SignalBatch.FromMicroseconds(state.NotBefore) - clock.GetUtcNow();
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, clock, either);
            either.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (!stops.Lost.IsCancellationRequested)
        {
            return await EndAsync(state with { Status = Words.Of(StepStatus.Cancelled) }, stops.Lost);
        }

        var begun = state with
        {
            Status = Words.Of(StepStatus.Running),
            RunId = RunId.New(clock.GetUtcNow()).ToString(),
            Attempt = state.Attempt + 1,
            StartedAt = store.Now,
            EndedAt = null,
            ProgressDone = null,
            ProgressTotal = null,
            ProgressUnit = null,
        };
        await store.SaveAsync(begun, stops.Lost);
        return begun;
    }

    private async Task<PipelineStepRow> AttemptAsync(
        PipelineRunRow pipeline, PlannedStep step, PipelineStepRow state, RunId run, IReadOnlyDictionary<string, PipelineStepRow> others, CancellationToken cancellationToken)
    {
        var caller = pipeline.Caller;
        var given = new Dictionary<string, string> { ["with"] = step.With.GetRawText() };
        await runs.StartAsync(caller, new(step.Kind.Name, step.Declared.Name, pipeline.Pipeline, pipeline.RunId, Parameters: given, Id: run), cancellationToken);
        var inputs = await InputsAsync(caller, step, others, cancellationToken);
        await runs.LogAsync(caller, run, new() { Inputs = [.. inputs.Select(input => new RunInput(input.Value.Id, input.Key))] }, cancellationToken);
        var key = await StepKey.OfAsync(assets, caller, step, inputs, cancellationToken);
        if (key is { } known && await store.FindFinishedAsync(pipeline.Workspace, known, cancellationToken) is { } finished)
            return await ReuseAsync(caller, state, run, finished, cancellationToken);

        using var limit = step.Declared.Timeout is { } timeout ? new CancellationTokenSource(timeout, clock) : new();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var context = new StepContext(caller, run, pipeline.Pipeline, inputs, new BoardProgress(board, pipeline.RunId, step.Declared.Name));
        StepResult result;
        try
        {
            result = await step.Kind.RunAsync(context, step.Spec, linked.Token);
        }
        catch (OperationCanceledException error) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException($"It took longer than its timeout, {Ledger.Json.Durations.Format(step.Declared.Timeout!.Value)}.", error);
        }

        await runs.FinishAsync(caller, run, RunStatus.Finished, cancellationToken: cancellationToken);
        var done = WithProgress(pipeline, state) with
        {
            Status = Words.Of(StepStatus.Succeeded),
            Reason = null,
            Outputs = PipelineStore.Json(result.Outputs),
            Facts = PipelineStore.Json(result.Facts),
            EndedAt = store.Now,
        };
        await store.SaveFinishedAsync(done, pipeline.Workspace, key, cancellationToken);
        return done;
    }

    private async Task<PipelineStepRow> ReuseAsync(Caller caller, PipelineStepRow state, RunId run, FinishedStepRow finished, CancellationToken cancellationToken)
    {
        var done = state with
        {
            Status = Words.Of(StepStatus.Succeeded),
            Cached = true,
            Reason = $"the same as in run {finished.RunId}",
            Outputs = finished.Outputs,
            Facts = finished.Facts,
            EndedAt = store.Now,
        };
        foreach (var version in done.ReadOutputs().Values)
            await lineage.LinkAsync(caller, LineageNodeId.Of(run), LineageNodeId.Of(version), "reused", cancellationToken);
        await runs.LogAsync(caller, run, new() { Tags = new Dictionary<string, string> { ["reused"] = finished.RunId } }, cancellationToken);
        await runs.FinishAsync(caller, run, RunStatus.Finished, cancellationToken: cancellationToken);
        await store.SaveFinishedAsync(done, caller.Workspace, null, cancellationToken);
        return done;
    }

    private async Task<IReadOnlyDictionary<string, AssetVersion>> InputsAsync(
        Caller caller, PlannedStep step, IReadOnlyDictionary<string, PipelineStepRow> others, CancellationToken cancellationToken)
    {
        var inputs = new Dictionary<string, AssetVersion>(StringComparer.Ordinal);
        foreach (var (name, source) in step.Inputs)
        {
            if (source.Asset is { } asset)
            {
                inputs[name] = await assets.GetAsync(caller, asset, cancellationToken);
                continue;
            }

            var outputs = others[source.Step!].ReadOutputs();
            inputs[name] = outputs.TryGetValue(source.Output!, out var version)
                ? await assets.GetAsync(caller, version, cancellationToken)
                : throw new InvalidException(
                    $"The step '{source.Step}' has no output '{source.Output}'; it has {(outputs.Count == 0 ? "none" : string.Join(", ", outputs.Keys))}.");
        }

        return inputs;
    }

    private async Task<PipelineStepRow> FailAsync(
        PipelineRunRow pipeline, PlannedStep step, PipelineStepRow state, RunId run, Exception error, CancellationToken lost)
    {
        if (error is not OrreryException)
            StepFailed(error, step.Declared.Name, pipeline.Pipeline, pipeline.Id, state.Attempt);
        var reason = error is OrreryException ? error.Message : $"{error.GetType().Name}: {error.Message}";
        await runs.FinishAsync(pipeline.Caller, run, RunStatus.Failed, reason, cancellationToken: lost);
        var retries = step.Declared.Retries ?? new RetrySpec(1);
        if (state.Attempt >= retries.Attempts || !RetryDelay.CanHelp(error))
            return await EndAsync(WithProgress(pipeline, state) with { Status = Words.Of(StepStatus.Failed), Reason = reason }, lost);
        var wait = RetryDelay.After(retries, pipeline.RunId, step.Declared.Name, state.Attempt);
        var waiting = state with { Status = Words.Of(StepStatus.Pending), Reason = reason, NotBefore = SignalBatch.ToMicroseconds(clock.GetUtcNow() + wait) };
        await store.SaveAsync(waiting, lost);
        return waiting;
    }

    private async Task<PipelineStepRow> EndAsync(PipelineStepRow state, CancellationToken lost)
    {
        var ended = state with { EndedAt = store.Now };
        await store.SaveAsync(ended, lost);
        return ended;
    }

    private PipelineStepRow WithProgress(PipelineRunRow pipeline, PipelineStepRow state) => board.Progress(pipeline.RunId, state.Name) is { } progress
        ? state with { ProgressDone = progress.Done, ProgressTotal = progress.Total, ProgressUnit = progress.Unit }
        : state;

    private sealed class BoardProgress(RunBoard board, RunId run, string step) : IProgress<StepProgress>
    {
        public void Report(StepProgress value) => board.Report(run, step, value);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Step {Step} of pipeline {Pipeline} (run {Run}, attempt {Attempt}) failed")]
    private partial void StepFailed(Exception error, string step, string pipeline, string run, int attempt);
}
