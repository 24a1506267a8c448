using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Triggers;
using Orrery.Platform.Signals;
using Orrery.Tests;
using Xunit;

namespace Orrery.Pipelines.Tests;

public sealed class TriggerTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 28, 12, 0, 0, TimeSpan.Zero);
    private readonly Workshop _workshop = new();

    [Fact]
    public async Task A_schedule_runs_at_its_time_once_in_its_zone_across_the_change_of_the_clock()
    {
        var time = new FakeTimeProvider(Start);
        await using var host = await PipelineHost.StartAsync(_workshop, time: time, work: false);
        await host.ApplyStepsAsync(
            "- {name: a, uses: act, with: {content: '${params.day}'}}",
            "parameters: {day: ''}\nschedule: {cron: '30 2 * * *', timeZone: Europe/Berlin, parameters: {day: '${schedule.date}'}}");
        var schedule = Hosted<ScheduleTrigger>(host);

        // On 29 March 2026 the clock goes from 2:00 to 3:00 in Berlin: the run of 2:30 comes at 3:00, which is 1:00 UTC.
        Assert.Equal(new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.Zero), await schedule.TickAsync(CancellationToken.None));
        Assert.Empty(await RunsAsync(host));
        time.SetUtcNow(new(2026, 3, 29, 1, 0, 5, TimeSpan.Zero));
        await schedule.TickAsync(CancellationToken.None);
        await schedule.TickAsync(CancellationToken.None);
        var run = Assert.Single(await RunsAsync(host));
        Assert.Equal((new PipelineTrigger(PipelineTriggerKind.Schedule, "2026-03-29T01:00:00Z"), "2026-03-29"), (run.Trigger, run.Parameters["day"].GetString()));
    }

    [Fact]
    public async Task Times_that_were_missed_are_made_up_for_by_one_run_also_after_a_restart()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(Start);
        await using (var host = await PipelineHost.StartAsync(_workshop, folder, time: time, work: false))
            await host.ApplyStepsAsync("- {name: a, uses: act}", "schedule: {cron: '0 * * * *'}");
        time.Advance(TimeSpan.FromHours(5.5));
        await using var again = await PipelineHost.StartAsync(_workshop, folder, time: time, work: false);
        await again.Platform.Services.GetServices<IHostedService>().Single(one => one.GetType().Name == "ResourceActivation").StartAsync(CancellationToken.None);
        var next = await Hosted<ScheduleTrigger>(again).TickAsync(CancellationToken.None);
        Assert.Equal("2026-03-28T17:00:00Z", Assert.Single(await RunsAsync(again)).Trigger.Detail);
        Assert.Equal(Start.AddHours(6), next);
    }

    [Fact]
    public async Task An_alert_starts_the_pipeline_that_listens_for_it_and_the_lineage_says_so()
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        var alerts = host.Platform.Signals.Open(AlertStream.Name, AlertStream.Schema);
        await alerts.AppendAsync(Alert("old", "flights"));
        await host.ApplyStepsAsync(
            "- {name: a, uses: act, with: {content: '${params.measure}'}}",
            "parameters: {measure: ''}\ntrigger: {on: {signal: alerts, where: {source: flights, value: 0.3}, parameters: {measure: '${signal.measure}'}}}");
        var trigger = Hosted<SignalTrigger>(host);
        await trigger.StartAsync(CancellationToken.None);
        await alerts.AppendAsync(Alert("other", "trains"));
        await alerts.AppendAsync(Alert("foreign", "flights", "elsewhere"));
        await alerts.AppendAsync(Alert("mine", "flights"));
        await _workshop.Begins.WaitAsync();
        await trigger.StopAsync(CancellationToken.None);

        var run = Assert.Single(await RunsAsync(host));
        Assert.Equal(new PipelineTrigger(PipelineTriggerKind.Signal, "alerts#mine"), run.Trigger);
        Assert.Equal(["psi"], _workshop.Begun);
        var graph = await host.Platform.Get<ILineage>().WalkAsync(PipelineHost.Ada, LineageNodeId.Signal("alerts", "mine"), LineageDirection.Downstream);
        Assert.Contains(LineageNodeId.Of(run.Id), graph.Nodes.Select(node => node.Id));
    }

    [Fact]
    public async Task A_record_that_is_read_again_starts_nothing_and_one_run_covers_the_alerts_that_come_while_it_goes_or_cools_down()
    {
        var time = new FakeTimeProvider(Start);
        await using var host = await PipelineHost.StartAsync(_workshop, time: time, work: false);
        await host.ApplyStepsAsync("- {name: a, uses: act}", "trigger: {on: {signal: alerts, cooldown: 1h}}");
        var trigger = Hosted<SignalTrigger>(host);
        var on = host.Platform.Get<PipelineRegistry>().All.Single().Spec.Trigger!.On;
        async Task HandleAsync(string id) => await trigger.HandleAsync("default", "p", on, Alert(id, "flights"), CancellationToken.None);

        await HandleAsync("1");
        await HandleAsync("1");
        await HandleAsync("2"); // while the first goes
        var first = Assert.Single(await RunsAsync(host));
        await host.Platform.Get<Storage.PipelineStore>().FinishAsync(first.Id, RunStatus.Finished, null, CancellationToken.None);
        await HandleAsync("1");
        await HandleAsync("3"); // within the hour
        Assert.Single(await RunsAsync(host));
        time.Advance(TimeSpan.FromHours(2));
        await HandleAsync("4");
        Assert.Equal(["alerts#4", "alerts#1"], (await RunsAsync(host)).Select(run => run.Trigger.Detail));
    }

    private static SignalBatch Alert(string id, string source, string workspace = "default")
    {
        var schema = AlertStream.Schema;
        return new SignalBatch(schema).Add(Start, id)
            .Set(schema.Ordinal(AlertStream.Workspace), workspace)
            .Set(schema.Ordinal(AlertStream.Source), source)
            .Set(schema.Ordinal(AlertStream.Measure), "psi")
            .Set(schema.Ordinal(AlertStream.Value), 0.3);
    }

    private static T Hosted<T>(PipelineHost host) => host.Platform.Services.GetServices<IHostedService>().OfType<T>().Single();

    private static async Task<IReadOnlyList<PipelineRun>> RunsAsync(PipelineHost host) => (await host.Pipelines.ListAsync(PipelineHost.Ada, "p", new())).Items;
}
