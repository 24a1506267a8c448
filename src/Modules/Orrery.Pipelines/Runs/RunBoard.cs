using System.Collections.Concurrent;
using Orrery.Kernel;
using Orrery.Pipelines.Steps;

namespace Orrery.Pipelines.Runs;

/// <summary>What this process knows of the runs it works on beyond their durable state: how far their steps are, how to stop them, who waits for their end.</summary>
internal sealed class RunBoard
{
    private readonly ConcurrentDictionary<(RunId Run, string Step), StepProgress> _progress = [];
    private readonly ConcurrentDictionary<RunId, CancellationTokenSource> _running = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();

    /// <summary>Completes when any run of this process ends.</summary>
    public Task NextEnd()
    {
        lock (_gate)
            return _changed.Task; // one signal for all runs: few wait at once, and each looks again
    }

    public void Begin(RunId run, CancellationTokenSource cancel) => _running[run] = cancel;

    public void End(RunId run)
    {
        _running.TryRemove(run, out _);
        foreach (var key in _progress.Keys.Where(key => key.Run == run))
            _progress.TryRemove(key, out _);
        TaskCompletionSource changed;
        lock (_gate)
            (changed, _changed) = (_changed, New());
        changed.TrySetResult();
    }

    /// <summary>Tells a run of this process to stop.</summary>
    public void Cancel(RunId run)
    {
        if (_running.TryGetValue(run, out var cancel))
            cancel.Cancel();
    }

    public void Report(RunId run, string step, StepProgress progress) => _progress[(run, step)] = progress;

    public StepProgress? Progress(RunId run, string step) => _progress.GetValueOrDefault((run, step));

    public IReadOnlyDictionary<string, StepProgress> ProgressOf(RunId run) =>
        _progress.Where(pair => pair.Key.Run == run).ToDictionary(pair => pair.Key.Step, pair => pair.Value);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
