using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Tests;
using Xunit;

namespace Orrery.Pipelines.Tests;

/// <summary>A run goes on where it stood, whenever its process dies, and no step that was finished runs again.</summary>
public sealed class ResumeTests
{
    private const string Steps = """
        - {name: a, uses: act, with: {content: a}}
        - {name: b, uses: act, with: {content: b}, inputs: {from: a.out}}
        - {name: c, uses: act, with: {content: c}, inputs: {from: b.out}}
        """;

    public static TheoryData<int, bool> Deaths()
    {
        var deaths = new TheoryData<int, bool>();
        for (var write = 1; write <= 24; write += 3)
        {
            deaths.Add(write, false);
            deaths.Add(write + 1, true);
        }

        return deaths;
    }

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task A_run_whose_process_died_at_any_write_is_finished_by_the_next(int write, bool committed)
    {
        using var folder = new TempFolder();
        var workshop = new Workshop();
        var mortal = new MortalDatabase();
        await using (var first = await PipelineHost.StartAsync(workshop, folder, mortal.Decorate))
        {
            await first.ApplyStepsAsync(Steps);
            mortal.DieAt(write, committed);
            var started = first.Pipelines.StartAsync(PipelineHost.Ada, "p");
            await Task.WhenAny(mortal.Death, FinishedAsync(first, started));
        }

        var later = new LaterTime(TimeSpan.FromMinutes(1)); // the dead worker's lease has run out
        RunId run;
        string[] finished;
        await using (var observer = await PipelineHost.StartAsync(workshop, folder, time: later, work: false))
        {
            if ((await observer.Pipelines.ListAsync(PipelineHost.Ada, "p", new())).Items is not [var accepted])
            {
                Assert.Equal((1, false), (write, committed)); // it died before the run was accepted: nothing was promised, and nothing is there
                Assert.Empty((await observer.Platform.Get<IRuns>().ListAsync(PipelineHost.Ada, new(), new())).Items);
                return;
            }

            run = accepted.Id;
            finished = [.. (await observer.Pipelines.GetAsync(PipelineHost.Ada, run)).Steps.Where(step => step.Status == StepStatus.Succeeded).Select(step => step.Name)];
        }

        var before = workshop.Begun.ToList();
        await using var second = await PipelineHost.StartAsync(workshop, folder, time: later);
        var status = await second.Pipelines.WaitAsync(PipelineHost.Ada, run);

        Assert.Equal(RunStatus.Finished, status.Run.Status);
        Assert.All(status.Steps, step => Assert.Equal((StepStatus.Succeeded, 1), (step.Status, step.Attempt)));
        Assert.All(finished, name => Assert.Equal(before.Count(begun => begun == name), workshop.Begun.Count(begun => begun == name)));
        Assert.All(workshop.Begun.GroupBy(begun => begun), begun => Assert.InRange(begun.Count(), 1, 2));
        var runs = await second.Platform.Get<IRuns>().ListAsync(PipelineHost.Ada, new(), new());
        Assert.DoesNotContain(runs.Items, ledger => ledger.Status == RunStatus.Running);
        Assert.Equal(3, (await second.Platform.Get<Ledger.Assets.IAssets>().ListAsync(PipelineHost.Ada, AssetKind.Dataset, new())).Items.Count);
        Assert.Null((await second.Platform.Get<Ledger.Audit.IAudit>().VerifyAsync()).FirstBroken);
    }

    [Fact]
    public async Task A_run_that_was_accepted_but_never_reached_the_queue_is_found_at_start()
    {
        using var folder = new TempFolder();
        var workshop = new Workshop();
        var mortal = new MortalDatabase();
        await using (var first = await PipelineHost.StartAsync(workshop, folder, mortal.Decorate, work: false))
        {
            await first.ApplyStepsAsync(Steps);
            mortal.DieAt(2, committed: false); // the first write accepted the run
            await Assert.ThrowsAsync<IOException>(() => first.Pipelines.StartAsync(PipelineHost.Ada, "p"));
        }

        await using var second = await PipelineHost.StartAsync(workshop, folder);
        var run = Assert.Single((await second.Pipelines.ListAsync(PipelineHost.Ada, "p", new())).Items);
        Assert.Equal(RunStatus.Finished, (await second.Pipelines.WaitAsync(PipelineHost.Ada, run.Id)).Run.Status);
    }

    [Fact]
    public async Task A_worker_that_is_stopped_gives_its_run_back_at_once()
    {
        using var folder = new TempFolder();
        var workshop = new Workshop();
        RunId run;
        await using (var first = await PipelineHost.StartAsync(workshop, folder))
        {
            await first.ApplyStepsAsync("- {name: a, uses: act, with: {content: a, wait: go}}");
            run = await first.Pipelines.StartAsync(PipelineHost.Ada, "p");
            await workshop.Begins.WaitAsync();
        }

        workshop.Gate("go").SetResult();
        await using var second = await PipelineHost.StartAsync(workshop, folder);
        var status = await second.Pipelines.WaitAsync(PipelineHost.Ada, run);
        Assert.Equal((RunStatus.Finished, 1), (status.Run.Status, status.Step("a").Attempt));
        Assert.Equal(["a", "a"], workshop.Begun);
        Assert.Equal(["a"], workshop.Done);
    }

    private static async Task FinishedAsync(PipelineHost host, Task<RunId> started) => await host.Pipelines.WaitAsync(PipelineHost.Ada, await started);
}
