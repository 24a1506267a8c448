using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Definition;
using Orrery.Pipelines.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Hosting;
using Orrery.Platform.Signals;

namespace Orrery.Pipelines.Triggers;

/// <summary>
/// Starts runs upon signals: follows the stream of each pipeline that declares one, from a durable cursor. A record is read again after a crash,
/// but a run is named by the record that started it, so none is started twice.
/// </summary>
internal sealed partial class SignalTrigger(
    IPipelines pipelines, PipelineRegistry registry, Subscriptions subscriptions, PipelineStore store, ISignalLog signals, TimeProvider clock, ILogger<SignalTrigger> logger)
    : BackgroundLoop
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5); // before a stream that is not there, or failed, is looked for again

    protected override async Task RunAsync(CancellationToken stopping)
    {
        var followers = new Dictionary<(string, string), (PipelineSpec Spec, CancellationTokenSource Stop, Task Task)>();
        while (!stopping.IsCancellationRequested)
        {
            var changed = registry.NextChange();
            foreach (var (workspace, name, spec) in registry.All)
            {
                if (followers.Remove((workspace, name), out var old))
                {
                    if (ReferenceEquals(old.Spec, spec))
                    {
                        followers[(workspace, name)] = old;
                        continue;
                    }

                    await old.Stop.CancelAsync();
                    await old.Task;
                    old.Stop.Dispose();
                }

                var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                followers[(workspace, name)] = (spec, stop, spec.Trigger is { On: var on } ? FollowAsync(workspace, name, on, stop.Token) : Task.CompletedTask);
            }

            await Task.WhenAny(changed, Task.Delay(Timeout.InfiniteTimeSpan, stopping));
        }

        await Task.WhenAll(followers.Values.Select(follower => follower.Task));
        foreach (var follower in followers.Values)
            follower.Stop.Dispose();
    }

    private async Task FollowAsync(string workspace, string pipeline, SignalSpec on, CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (subscriptions.Stream(on.Signal) is { } stream)
                {
                    var from = await signals.GetCursorAsync(Subscriptions.Consumer(workspace, pipeline), on.Signal, cancellationToken);
                    await foreach (var batch in stream.FollowAsync(from, cancellationToken))
                        await HandleAsync(workspace, pipeline, on, batch, cancellationToken);
                }

                await Task.Delay(Pause, clock, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Failed(error, pipeline, on.Signal);
                await Task.WhenAny(Task.Delay(Pause, clock, cancellationToken));
            }
        }
    }

    /// <summary>Starts a run for each record that fits, then remembers that the batch was read.</summary>
    internal async Task HandleAsync(string workspace, string pipeline, SignalSpec on, SignalBatch batch, CancellationToken cancellationToken)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            if (SignalMatch.Fits(batch, row, on, workspace))
                await StartAsync(workspace, pipeline, on, batch, row, cancellationToken);
        }

        await signals.SetCursorAsync(Subscriptions.Consumer(workspace, pipeline), on.Signal, batch.FirstOffset + batch.Count, cancellationToken);
    }

    private async Task StartAsync(string workspace, string pipeline, SignalSpec on, SignalBatch batch, int row, CancellationToken cancellationToken)
    {
        var signal = LineageNodeId.Signal(on.Signal, batch.IdAt(row)).Id;
        if (await store.LastOfSignalAsync(workspace, pipeline, cancellationToken) is { } last && last.TriggerDetail != signal)
        {
            var age = clock.GetUtcNow() - SignalBatch.FromMicroseconds(last.StartedAt);
            if (last.Status == Words.Of(RunStatus.Running) || age < (on.Cooldown ?? TimeSpan.Zero))
            {
                Covered(signal, pipeline, last.Id);
                return;
            }
        }

        var parameters = on.Parameters?.ToDictionary(
            parameter => parameter.Key, parameter => Placeholders.Fill(Placeholders.Text(parameter.Value), name => SignalMatch.Text(batch, row, name["signal.".Length..])));
        try
        {
            await pipelines.StartAsync(Caller.System("signals", workspace), pipeline, parameters, new(PipelineTriggerKind.Signal, signal), cancellationToken);
        }
        catch (OrreryException error) when (error.Code is not ErrorCode.Unavailable)
        {
            NotStarted(error, pipeline, signal); // it would be refused again: the next signal must not wait for it
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The signal {Signal} starts no run of {Pipeline}: run {Run} covers it")]
    private partial void Covered(string signal, string pipeline, string run);

    [LoggerMessage(Level = LogLevel.Error, Message = "The pipeline {Pipeline} could not be started upon the signal {Signal}")]
    private partial void NotStarted(Exception error, string pipeline, string signal);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reading the stream {Stream} for the pipeline {Pipeline} failed; it is tried again")]
    private partial void Failed(Exception error, string pipeline, string stream);
}
