using Orrery.Pipelines.Definition;
using Orrery.Pipelines.Storage;
using Orrery.Platform.Signals;

namespace Orrery.Pipelines.Triggers;

/// <summary>
/// From where on a pipeline's schedule and signal count: from the moment it was first declared, so that declaring it does not answer last
/// month's alerts. That moment is written before the declaration is acknowledged.
/// </summary>
internal sealed class Subscriptions(PipelineStore store, ISignalLog signals)
{
    public const string Schedule = "schedule";

    public async Task EnsureAsync(string workspace, string pipeline, PipelineSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Schedule is not null)
            await store.SubscribeAsync(workspace, pipeline, Schedule, store.Now, cancellationToken);
        if (spec.Trigger?.On is not { } on)
            return;
        var end = Stream(on.Signal)?.End ?? 0;
        var (_, isNew) = await store.SubscribeAsync(workspace, pipeline, $"signal:{on.Signal}", end, cancellationToken);
        if (isNew)
            await signals.SetCursorAsync(Consumer(workspace, pipeline), on.Signal, end, cancellationToken);
    }

    /// <summary>What a pipeline is called as a consumer of a stream.</summary>
    public static string Consumer(string workspace, string pipeline) => $"pipelines/{workspace}/{pipeline}";

    /// <summary>The stream; null where nothing was written to it yet.</summary>
    public ISignalStream? Stream(string name) => name == AlertStream.Name ? signals.Open(name, AlertStream.Schema) : signals.Find(name);
}
