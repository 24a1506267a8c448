using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Conditions;
using Orrery.Pipelines.Definition;
using Orrery.Pipelines.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Pipelines.Storage;

namespace Orrery.Pipelines.Worker;

/// <summary>Drives a run from wherever it stands to its end: starts steps whose needs are met, at most so many at once, and skips those that cannot run.</summary>
internal sealed class RunDriver(IResources resources, IRuns runs, PipelineRuns accepted, PipelineStore store, StepKinds kinds, StepRunner runner)
{
    /// <summary>Returns when the run has ended.</summary>
    /// <exception cref="OperationCanceledException">The worker stops, or lost the run to another.</exception>
    public async Task DriveAsync(RunId id, RunStops stops)
    {
        if (await store.FindAsync(id, stops.Lost) is not { } pipeline)
            return; // accepted by a database that was since restored to an earlier state
        if (pipeline.EndedAt is null)
        {
            var (status, error) = await RunAsync(pipeline, stops);
            await store.FinishAsync(id, status, error, stops.Lost);
            pipeline = (await store.FindAsync(id, stops.Lost))!;
        }

        // Also where a worker died between the two.
        await runs.FinishAsync(pipeline.Caller, id, Words.Read<RunStatus>(pipeline.Status), pipeline.Error, cancellationToken: stops.Lost);
    }

    private async Task<(RunStatus, string?)> RunAsync(PipelineRunRow pipeline, RunStops stops)
    {
        PipelinePlan plan;
        try
        {
            var resource = await resources.GetAsync<PipelineSpec>(pipeline.Caller, new(AssetKind.Pipeline, pipeline.Pipeline, pipeline.Version), stops.Lost);
            await accepted.BeginAsync(pipeline, resource.Version, stops.Lost);
            plan = PipelinePlan.Make(pipeline.Pipeline, resource.Spec, pipeline.ReadParameters(), kinds);
        }
        catch (OrreryException error) when (error.Code is not ErrorCode.Unavailable)
        {
            return (RunStatus.Failed, error.Message); // accepted by a build that had a kind of step which this one lacks
        }

        var states = (await store.StepsAsync(pipeline.RunId, stops.Lost)).ToDictionary(step => step.Name);
        foreach (var state in states.Values.Where(state => state.ReadStatus() == StepStatus.Running).ToList())
            states[state.Name] = await TakeUpAsync(pipeline, state, stops.Lost);
        await FinishStepsAsync(pipeline, plan, states, stops);
        if (states.Values.Any(state => !IsOver(state) || state.ReadStatus() == StepStatus.Cancelled))
            return (RunStatus.Cancelled, null);
        var failed = plan.Steps.Select(step => states[step.Declared.Name]).FirstOrDefault(state => state.ReadStatus() == StepStatus.Failed);
        return failed is null ? (RunStatus.Finished, null) : (RunStatus.Failed, $"{failed.Name}: {failed.Reason}");
    }

    // A step that ran when its worker died: its attempt does not count, for it did not fail.
    private async Task<PipelineStepRow> TakeUpAsync(PipelineRunRow pipeline, PipelineStepRow state, CancellationToken lost)
    {
        try
        {
            await runs.FinishAsync(pipeline.Caller, new(Guid.Parse(state.RunId!)), RunStatus.Failed, "The worker stopped before the step was done; it was begun again.", cancellationToken: lost);
        }
        catch (NotFoundException)
        {
            // It died before the attempt's run was in the ledger.
        }

        return state with { Status = Words.Of(StepStatus.Pending), Attempt = state.Attempt - 1, RunId = null };
    }

    private async Task FinishStepsAsync(PipelineRunRow pipeline, PipelinePlan plan, Dictionary<string, PipelineStepRow> states, RunStops stops)
    {
        var parameters = pipeline.ReadParameters();
        var running = new Dictionary<string, Task<PipelineStepRow>>();
        try
        {
            while (true)
            {
                if (!stops.Cancelled.IsCancellationRequested)
                    await AdvanceAsync();
                if (running.Count == 0)
                    return;
                var done = await Task.WhenAny(running.Values);
                var state = await done;
                states[state.Name] = state;
                running.Remove(state.Name);
            }
        }
        finally
        {
            await Task.WhenAll(running.Values).ContinueWith(_ => { }, TaskScheduler.Default); // the failure that brought us here is the one to tell
        }

        async Task AdvanceAsync()
        {
            for (var moved = true; moved;) // skipping one may decide over the next
            {
                moved = false;
                foreach (var step in plan.Steps)
                {
                    var name = step.Declared.Name;
                    if (states[name].ReadStatus() != StepStatus.Pending || running.ContainsKey(name) || !step.Needs.All(need => IsOver(states[need])))
                        continue;
                    if (WhyNot(step, states, parameters) is { } reason)
                    {
                        states[name] = states[name] with { Status = Words.Of(StepStatus.Skipped), Reason = reason, EndedAt = store.Now };
                        await store.SaveAsync(states[name], stops.Lost);
                        moved = true;
                    }
                    else if (running.Count < plan.MaxParallel)
                        running[name] = runner.RunAsync(pipeline, step, states[name], states.ToDictionary(), stops);
                }
            }
        }
    }

    private static bool IsOver(PipelineStepRow state) => state.ReadStatus() is StepStatus.Succeeded or StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled;

    private static string? WhyNot(
        PlannedStep step, Dictionary<string, PipelineStepRow> states, IReadOnlyDictionary<string, System.Text.Json.JsonElement> parameters)
    {
        foreach (var need in step.Needs)
        {
            if (states[need].ReadStatus() != StepStatus.Succeeded)
                return $"the step '{need}' {(states[need].ReadStatus() == StepStatus.Skipped ? "was skipped" : "did not succeed")}";
        }

        return step.When?.Holds(Value) == false ? $"its condition does not hold: {step.Declared.When}" : null;

        System.Text.Json.JsonElement? Value(Fact fact)
        {
            var facts = fact.Step == "params" ? parameters : states[fact.Step].ReadFacts();
            return facts.TryGetValue(fact.Name, out var value) ? value : null;
        }
    }
}
