using System.Collections.Concurrent;
using Orrery.Pipelines.Definition;

namespace Orrery.Pipelines.Triggers;

/// <summary>The pipelines of all workspaces as they are in force, for the schedule and the signals. Filled at start and by every apply.</summary>
internal sealed class PipelineRegistry
{
    private readonly ConcurrentDictionary<(string Workspace, string Name), PipelineSpec> _pipelines = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();

    public IReadOnlyList<(string Workspace, string Name, PipelineSpec Spec)> All =>
        [.. _pipelines.Select(pair => (pair.Key.Workspace, pair.Key.Name, pair.Value))];

    /// <summary>Completes at the next change.</summary>
    public Task NextChange()
    {
        lock (_gate)
            return _changed.Task;
    }

    public void Set(string workspace, string name, PipelineSpec spec)
    {
        _pipelines[(workspace, name)] = spec;
        TaskCompletionSource changed;
        lock (_gate)
            (changed, _changed) = (_changed, New());
        changed.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
