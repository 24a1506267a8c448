using System.Globalization;
using Microsoft.Extensions.Logging;
using Orrery.Pipelines.Definition;
using Orrery.Pipelines.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Hosting;
using Orrery.Platform.Signals;
using Orrery.Platform.Work;

namespace Orrery.Pipelines.Triggers;

/// <summary>Starts runs when their time has come. Of all processes one holds the lease; a run is named by its planned time, so none is started twice.</summary>
internal sealed partial class ScheduleTrigger(
    IPipelines pipelines, PipelineRegistry registry, PipelineStore store, ILeases leases, TimeProvider clock, ILogger<ScheduleTrigger> logger) : BackgroundLoop
{
    private const string Lease = "pipelines/schedule";
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30); // also bounds how late a changed clock is noticed
    private readonly string _holder = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";

    protected override async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var changed = registry.NextChange();
            var wait = LongestWait;
            try
            {
                var scheduled = registry.All.Any(pipeline => pipeline.Spec.Schedule is not null);
                if (scheduled && await leases.TryAcquireAsync(Lease, _holder, LongestWait * 2, stopping) is not null)
                    wait = await TickAsync(stopping) is { } next ? Min(LongestWait, next - clock.GetUtcNow()) : LongestWait;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Failed(error);
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(changed, Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, clock, stop.Token));
            await stop.CancelAsync();
        }
    }

    /// <summary>Starts what is due, and tells when something is due next.</summary>
    internal async Task<DateTimeOffset?> TickAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset? earliest = null;
        foreach (var (workspace, name, spec) in registry.All)
        {
            if (spec.Schedule is not { } schedule)
                continue;
            var (since, _) = await store.SubscribeAsync(workspace, name, Subscriptions.Schedule, store.Now, cancellationToken);
            var (due, next) = Occurrences(schedule, SignalBatch.FromMicroseconds(since), clock.GetUtcNow());
            if (due is { } planned)
            {
                await StartAsync(workspace, name, schedule, planned, cancellationToken);
                await store.AdvanceAsync(workspace, name, Subscriptions.Schedule, SignalBatch.ToMicroseconds(planned), cancellationToken);
            }

            earliest = next is { } at && (earliest is null || at < earliest) ? at : earliest;
        }

        return earliest;
    }

    // The last planned time that has come, and the first that has not.
    private static (DateTimeOffset? Due, DateTimeOffset? Next) Occurrences(ScheduleSpec schedule, DateTimeOffset since, DateTimeOffset now)
    {
        var cron = Cron.Parse(schedule.Cron);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        DateTimeOffset? due = null;
        var next = cron.GetNextOccurrence(since, zone);
        while (next is { } at && at <= now)
        {
            due = at;
            next = cron.GetNextOccurrence(at, zone);
        }

        return (due, next);
    }

    private async Task StartAsync(string workspace, string pipeline, ScheduleSpec schedule, DateTimeOffset planned, CancellationToken cancellationToken)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        var time = planned.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var date = TimeZoneInfo.ConvertTime(planned, zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var parameters = schedule.Parameters?.ToDictionary(
            parameter => parameter.Key, parameter => Placeholders.Fill(Placeholders.Text(parameter.Value), name => name == "schedule.date" ? date : time));
        try
        {
            await pipelines.StartAsync(Caller.System("schedule", workspace), pipeline, parameters, new(PipelineTriggerKind.Schedule, time), cancellationToken);
        }
        catch (Kernel.OrreryException error)
        {
            NotStarted(error, pipeline, workspace, time); // a wrong parameter stays wrong: the next planned time is tried, not this one for ever
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    [LoggerMessage(Level = LogLevel.Error, Message = "The schedule of pipelines could not be looked at; it is looked at again soon")]
    private partial void Failed(Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "The pipeline {Pipeline} of workspace {Workspace}, planned for {Time}, could not be started")]
    private partial void NotStarted(Exception error, string pipeline, string workspace, string time);
}
