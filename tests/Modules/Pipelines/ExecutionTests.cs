using Orrery.Kernel;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Runs;
using Xunit;

namespace Orrery.Pipelines.Tests;

public sealed class ExecutionTests
{
    private readonly Workshop _workshop = new();

    [Fact]
    public async Task Steps_run_in_the_order_of_their_needs_and_hand_on_what_they_made()
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        await host.ApplyStepsAsync("""
            - {name: c, uses: make, with: {content: c}, inputs: {left: a.out, right: b.out}}
            - {name: b, uses: make, with: {content: b}, after: [a]}
            - {name: a, uses: make, with: {content: a, rows: 7}}
            """);
        var status = await host.RunAsync();

        Assert.Equal(RunStatus.Finished, status.Run.Status);
        Assert.Equal(["a", "b", "c"], _workshop.Done);
        Assert.Equal(new(1, 7, "rows"), status.Step("a").Progress);
        var ledger = await host.Platform.Get<IRuns>().GetAsync(PipelineHost.Ada, status.Run.Id);
        Assert.Equal((RunStatus.Finished, "pipeline"), (ledger.Status, ledger.Kind));
        var children = await host.Platform.Get<IRuns>().ListAsync(PipelineHost.Ada, new(Parent: status.Run.Id), new());
        Assert.All(children.Items, run => Assert.Equal(RunStatus.Finished, run.Status));
        Assert.Equal(status.Steps.Select(step => step.Run!.Value).ToHashSet(), children.Items.Select(run => run.Id).ToHashSet());
        var made = await host.Platform.Get<Ledger.Assets.IAssets>().GetAsync(PipelineHost.Ada, status.Step("c").Outputs["out"]);
        Assert.Equal("left=dataset/a:1,right=dataset/b:1", made.Manifest.GetProperty("inputs").GetString());
        var graph = await host.Platform.Get<ILineage>().WalkAsync(PipelineHost.Ada, LineageNodeId.Of(made.Id), LineageDirection.Upstream);
        Assert.Contains("dataset/a:1", graph.Nodes.Select(node => node.Label));
        Assert.Contains("pipeline/p:1", graph.Nodes.Select(node => node.Label));
    }

    [Fact]
    public async Task A_finished_step_of_the_same_key_stands_for_it_and_one_that_acts_on_the_world_runs_again()
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        const string steps = """
            - {name: a, uses: make, with: {content: a}}
            - {name: b, uses: act, with: {content: b}, inputs: {from: a.out}}
            - {name: c, uses: make, with: {content: c}, inputs: {from: b.out}}
            """;
        await host.ApplyStepsAsync(steps);
        await host.RunAsync();
        var again = await host.RunAsync();
        Assert.Equal(["a", "b", "c", "b"], _workshop.Done);
        Assert.Equal((true, false, true), (again.Step("a").Cached, again.Step("b").Cached, again.Step("c").Cached));

        await host.ApplyStepsAsync(steps.Replace("{content: a}", "{content: a, rows: 2}").Replace("{content: b}", "{content: b2}"));
        var changed = await host.RunAsync();
        Assert.Equal((false, false, false), (changed.Step("a").Cached, changed.Step("b").Cached, changed.Step("c").Cached)); // c reads another version
    }

    [Fact]
    public async Task A_failing_step_is_tried_again_and_each_attempt_is_a_run()
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        await host.ApplyStepsAsync("- {name: a, uses: act, with: {content: a, fail: 2}, retries: {attempts: 3, backoff: 1ms}}");
        var status = await host.RunAsync();
        Assert.Equal((RunStatus.Finished, 3), (status.Run.Status, status.Step("a").Attempt));
        var runs = await host.Platform.Get<IRuns>().ListAsync(PipelineHost.Ada, new(Parent: status.Run.Id), new());
        Assert.Equal(2, runs.Items.Count(run => run.Status == RunStatus.Failed && run.Error!.Contains("not yet", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_step_that_fails_for_good_fails_the_run_and_keeps_its_dependents_from_running_but_no_others()
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        await host.ApplyStepsAsync("""
            - {name: a, uses: act, with: {content: a, fail: 9}, retries: {attempts: 2, backoff: 1ms}}
            - {name: b, uses: act, with: {content: b}, after: [a]}
            - {name: c, uses: act, with: {content: c}, after: [b]}
            - {name: free, uses: act, with: {content: free}}
            """);
        var status = await host.RunAsync();
        Assert.Equal(RunStatus.Failed, status.Run.Status);
        Assert.Contains("a: InvalidOperationException: not yet", status.Run.Error);
        Assert.Equal([StepStatus.Failed, StepStatus.Skipped, StepStatus.Skipped, StepStatus.Succeeded], status.Steps.Select(step => step.Status));
        Assert.Equal("the step 'a' did not succeed", status.Step("b").Reason);
        Assert.Equal(RunStatus.Failed, (await host.Platform.Get<IRuns>().GetAsync(PipelineHost.Ada, status.Run.Id)).Status);
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again()
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        await host.ApplyStepsAsync("- {name: a, uses: act, with: {content: a, refuse: true}, retries: {attempts: 5, backoff: 1h}}");
        var status = await host.RunAsync();
        Assert.Equal((StepStatus.Failed, 1, "refused"), (status.Step("a").Status, status.Step("a").Attempt, status.Step("a").Reason));
    }

    [Theory]
    [InlineData("gate.good == true", "good", true)]
    [InlineData("gate.good == true", "bad", false)]
    [InlineData("gate.rows > 3 and not gate.good", "bad", true)]
    [InlineData("gate.rows > 3 and (gate.good or params.force)", "bad", false)]
    public async Task A_condition_decides_over_a_step_and_all_that_needs_it(string when, string note, bool runs)
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        await host.ApplyStepsAsync($$$"""
            - {name: gate, uses: make, with: {content: gate, note: {{{note}}}, rows: 4}}
            - {name: deploy, uses: act, with: {content: deploy}, when: "{{{when}}}"}
            - {name: tell, uses: act, with: {content: tell}, after: [deploy]}
            """, "parameters: {force: false}");
        var status = await host.RunAsync();
        var expected = runs ? StepStatus.Succeeded : StepStatus.Skipped;
        Assert.Equal((RunStatus.Finished, expected, expected), (status.Run.Status, status.Step("deploy").Status, status.Step("tell").Status));
    }

    [Fact]
    public async Task Parameters_are_filled_in_with_their_type()
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        await host.ApplyStepsAsync("- {name: a, uses: make, with: {content: 'day-${params.day}', rows: '${params.rows}'}}", "parameters: {day: monday, rows: 3}");
        var status = await host.RunAsync(new Dictionary<string, string> { ["day"] = "sunday", ["rows"] = "12" });
        Assert.Equal(["day-sunday"], _workshop.Done);
        Assert.Equal(12, status.Step("a").Facts["rows"].GetInt32());
        var unknown = await Assert.ThrowsAsync<InvalidException>(() => host.RunAsync(new Dictionary<string, string> { ["dya"] = "x" }));
        Assert.Contains("did you mean 'day'?", unknown.Message);
        await Assert.ThrowsAsync<InvalidException>(() => host.RunAsync(new Dictionary<string, string> { ["rows"] = "many" }));
    }

    [Fact]
    public async Task No_more_steps_run_at_once_than_allowed()
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        await host.ApplyStepsAsync(string.Join('\n', Enumerable.Range(0, 6).Select(i => $"- {{name: s{i}, uses: act, with: {{content: s{i}, wait: go}}}}")), "maxParallel: 2");
        var run = await host.Pipelines.StartAsync(PipelineHost.Ada, "p");
        await _workshop.Begins.WaitAsync();
        await _workshop.Begins.WaitAsync();
        _workshop.Gate("go").SetResult();
        await host.Pipelines.WaitAsync(PipelineHost.Ada, run);
        Assert.Equal((2, 6), (_workshop.MostAtOnce, _workshop.Done.Count));
    }

    [Fact]
    public async Task A_cancelled_run_stops_its_steps_and_begins_no_more()
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        await host.ApplyStepsAsync("""
            - {name: a, uses: act, with: {content: a, wait: never}}
            - {name: b, uses: act, with: {content: b}, after: [a]}
            """);
        var run = await host.Pipelines.StartAsync(PipelineHost.Ada, "p");
        await _workshop.Begins.WaitAsync();
        await host.Pipelines.CancelAsync(PipelineHost.Ada, run);
        var status = await host.Pipelines.WaitAsync(PipelineHost.Ada, run);
        Assert.Equal((RunStatus.Cancelled, StepStatus.Cancelled, StepStatus.Cancelled), (status.Run.Status, status.Step("a").Status, status.Step("b").Status));
        Assert.Empty(_workshop.Done);
        Assert.All((await host.Platform.Get<IRuns>().ListAsync(PipelineHost.Ada, new(), new())).Items, ledger => Assert.Equal(RunStatus.Cancelled, ledger.Status));
    }

    [Fact]
    public async Task A_step_that_takes_longer_than_its_timeout_fails()
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        await host.ApplyStepsAsync("- {name: a, uses: act, with: {content: a, wait: never}, timeout: 20ms}");
        var status = await host.RunAsync();
        Assert.Equal((StepStatus.Failed, "It took longer than its timeout, 20ms."), (status.Step("a").Status, status.Step("a").Reason));
    }

    [Fact]
    public async Task A_backfill_runs_each_interval_once()
    {
        await using var host = await PipelineHost.StartAsync(_workshop);
        await host.ApplyStepsAsync("- {name: a, uses: act, with: {content: 'd${params.day}'}}", "parameters: {day: ''}");
        var from = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var runs = await host.Pipelines.BackfillAsync(PipelineHost.Ada, "p", new("day", from, from.AddDays(3), TimeSpan.FromDays(1)));
        var again = await host.Pipelines.BackfillAsync(PipelineHost.Ada, "p", new("day", from, from.AddDays(4), TimeSpan.FromDays(1)));
        foreach (var run in again)
            await host.Pipelines.WaitAsync(PipelineHost.Ada, run);
        Assert.Equal(runs, again.Take(3));
        Assert.Equal(["d2001-01-01", "d2001-01-02", "d2001-01-03", "d2001-01-04"], _workshop.Done.Order());
    }
}
