using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Platform.Ownership;
using Orrery.Tests;
using Orrery.Training.Studies;
using Orrery.Tuning.Pruners;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Studies;

/// <summary>Workers outside take part in a study by ask, report and tell.</summary>
public sealed class OutsideWorkerTests
{
    private const string Bowl = """
        {
          "space": [{ "name": "x", "kind": "float", "low": -2, "high": 2 }, { "name": "kind", "kind": "categorical", "choices": ["a", "b"] }],
          "objectives": [{ "metric": "loss" }], "trials": 4, "attempts": 2, "lease": "1m", "enqueue": [{ "x": 0.5 }]
        }
        """;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Trials_are_runs_below_the_study_and_the_study_ends_with_its_last_trial()
    {
        await using var platform = await BeginAsync(Bowl);
        var studies = platform.Get<IStudies>();
        var run = await studies.StartAsync(Ada, "bowl");
        for (var i = 0; i < 4; i++)
        {
            var trial = (await studies.AskAsync(Ada, run, "w1")).Trial!;
            Assert.Equal(i, trial.Number);
            if (i == 0)
                Assert.Equal(0.5, trial.Parameters["x"].Number);
            await studies.TellAsync(Ada, run, i, "w1", Loss(Math.Abs(trial.Parameters["x"].Number - 0.4)));
        }

        var status = await studies.GetAsync(Ada, run);
        Assert.Equal((RunStatus.Finished, 4), (status.Status, status.Counts.Complete));
        Assert.Equal(0.1, status.Best[0].Values[0], 1e-9);
        var runs = platform.Get<IRuns>();
        var trials = (await runs.ListAsync(Ada, new(Parent: run), new())).Items;
        Assert.Equal(4, trials.Count);
        Assert.All(trials, t => Assert.Equal(("trial", RunStatus.Finished, true), (t.Kind, t.Status, t.Metrics.ContainsKey("objective.loss"))));
        Assert.Equal("0.5", trials.Single(t => t.Tags["trial.number"] == "0").Parameters["x"]);
        var study = await runs.GetAsync(Ada, run);
        Assert.Equal("0", study.Tags["best.trial"]);
        Assert.Equal(0.1, study.Metrics["best.loss"], 1e-9);
        Assert.Contains(await runs.ArtifactsAsync(Ada, run), a => a.Path == "study.json");
        await Assert.ThrowsAsync<ConflictException>(() => studies.AskAsync(Ada, run, "w1"));
    }

    [Fact]
    public async Task Nobody_waits_for_a_trial_that_is_not_there()
    {
        await using var platform = await BeginAsync(Bowl);
        var studies = platform.Get<IStudies>();
        var run = await studies.StartAsync(Ada, "bowl");
        for (var i = 0; i < 4; i++)
            Assert.NotNull((await studies.AskAsync(Ada, run, $"w{i}")).Trial);
        var none = await studies.AskAsync(Ada, run, "late");
        Assert.Equal((null, false), (none.Trial, none.Done));
    }

    [Fact]
    public async Task A_silent_workers_trial_is_failed_and_its_point_is_given_to_another()
    {
        await using var platform = await BeginAsync(Bowl);
        var studies = platform.Get<IStudies>();
        var run = await studies.StartAsync(Ada, "bowl");
        var lost = (await studies.AskAsync(Ada, run, "dies")).Trial!;
        var kept = (await studies.AskAsync(Ada, run, "lives")).Trial!;
        _time.Advance(TimeSpan.FromSeconds(45));
        await studies.BeatAsync(Ada, run, kept.Number, "lives");
        _time.Advance(TimeSpan.FromSeconds(30));
        var again = (await studies.AskAsync(Ada, run, "lives")).Trial!;
        Assert.Equal((lost.Number, Text(lost)), (again.RetryOf!.Value, Text(again)));
        Assert.Contains("not heard of", (await studies.TrialsAsync(Ada, run, new())).Items[lost.Number].Failure, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<ConflictException>(() => studies.TellAsync(Ada, run, lost.Number, "dies", Loss(1)));
        Assert.Contains("has ended (failed", refused.Message, StringComparison.Ordinal);
        // The one that is tried again does not count twice: two of four are left.
        await studies.TellAsync(Ada, run, kept.Number, "lives", Loss(2));
        await studies.TellAsync(Ada, run, again.Number, "lives", Loss(1));
        for (var i = 0; i < 2; i++)
            await studies.TellAsync(Ada, run, (await studies.AskAsync(Ada, run, "lives")).Trial!.Number, "lives", Loss(3));
        Assert.Equal(RunStatus.Finished, (await studies.GetAsync(Ada, run)).Status);
    }

    [Fact]
    public async Task A_study_is_what_the_ledger_says_whoever_reads_it()
    {
        using var folder = new TempFolder();
        RunId run;
        string before;
        await using (var platform = await StartInAsync(folder, _time))
        {
            await DeclareAsync(platform, Bowl.Replace("\"trials\": 4", "\"trials\": 40, \"pruner\": \"median\"", StringComparison.Ordinal));
            var studies = platform.Get<IStudies>();
            run = await studies.StartAsync(Ada, "bowl");
            await studies.EnqueueAsync(Ada, run, new Dictionary<string, ParameterValue> { ["x"] = -1, ["kind"] = "b" });
            await studies.EnqueueAsync(Ada, run, new Dictionary<string, ParameterValue> { ["x"] = 1.5 });
            for (var i = 0; i < 12; i++)
                await RunTrialAsync(studies, run, "w1");
            await studies.EnqueueAsync(Ada, run, new Dictionary<string, ParameterValue> { ["x"] = 1.25 });
            await studies.AskAsync(Ada, run, "dies"); // takes 1.25
            await studies.AskAsync(Ada, run, "lives");
            before = await TextAsync(studies, run);
        }

        await using (var platform = await StartInAsync(folder, _time))
        {
            var studies = platform.Get<IStudies>();
            Assert.Equal(before, await TextAsync(studies, run));
            await studies.BeatAsync(Ada, run, 13, "lives");
            _time.Advance(TimeSpan.FromSeconds(40));
            await studies.BeatAsync(Ada, run, 13, "lives");
            _time.Advance(TimeSpan.FromSeconds(40));
            var again = (await studies.AskAsync(Ada, run, "w1")).Trial!;
            Assert.Equal((12, 1.25), (again.RetryOf!.Value, again.Parameters["x"].Number));
            await studies.TellAsync(Ada, run, 13, "lives", Loss(0.7));
        }
    }

    [Fact]
    public async Task The_next_trial_is_the_one_that_would_have_come_without_the_restart()
    {
        await using var platform = await BeginAsync(Bowl.Replace("\"trials\": 4", "\"trials\": 60", StringComparison.Ordinal));
        var studies = platform.Get<IStudies>();
        var traces = new List<string>();
        foreach (var restarts in new[] { false, true })
        {
            var run = await studies.StartAsync(Ada, "bowl");
            for (var i = 0; i < 25; i++)
            {
                await RunTrialAsync(studies, run, "w1");
                if (restarts)
                    await platform.Get<IOwners<LiveStudy>>().ReleaseAsync(LiveStudyFactory.Key(Ada, run));
            }

            traces.Add(string.Join(' ', (await studies.TrialsAsync(Ada, run, new())).Items.Select(t => Text(t) + string.Join(',', t.Values))));
        }

        Assert.Equal(traces[0], traces[1]);
    }

    [Fact]
    public async Task Reports_are_judged_and_kept()
    {
        await using var platform = await BeginAsync(Bowl.Replace("\"trials\": 4", "\"trials\": 20, \"pruner\": \"successiveHalving\"", StringComparison.Ordinal));
        var studies = platform.Get<IStudies>();
        var run = await studies.StartAsync(Ada, "bowl");
        var good = (await studies.AskAsync(Ada, run, "w")).Trial!;
        Assert.Equal(PruningDecision.Continue, await studies.ReportAsync(Ada, run, good.Number, "w", 1, 0.1));
        await platform.Get<IOwners<LiveStudy>>().ReleaseAsync(LiveStudyFactory.Key(Ada, run));
        var bad = (await studies.AskAsync(Ada, run, "w")).Trial!;
        Assert.Equal(PruningDecision.Stop, await studies.ReportAsync(Ada, run, bad.Number, "w", 1, 5));
        Assert.Equal(TrialState.Pruned, (await studies.TellAsync(Ada, run, bad.Number, "w", new(TrialState.Pruned))).State);
        Assert.Equal(5, Assert.Single(await platform.Get<IRuns>().MetricHistoryAsync(Ada, bad.Run!.Value, "loss")).Value);
        await Assert.ThrowsAsync<ConflictException>(() => studies.ReportAsync(Ada, run, good.Number, "w", 1, 0.1));
    }

    [Fact]
    public async Task An_objective_may_define_the_space_by_what_it_asks_for()
    {
        await using var platform = await BeginAsync("""{ "objectives": [{ "metric": "loss" }], "trials": 30 }""");
        var studies = platform.Get<IStudies>();
        var run = await studies.StartAsync(Ada, "bowl");
        for (var i = 0; i < 20; i++)
        {
            var trial = (await studies.AskAsync(Ada, run, "w")).Trial!.Number;
            var kind = (await studies.SuggestAsync(Ada, run, trial, "w", ParameterSpec.Categorical("kind", "a", "b"))).Choice;
            var value = (await studies.SuggestAsync(Ada, run, trial, "w", kind == "a" ? ParameterSpec.Float("x", 0, 1) : ParameterSpec.Integer("n", 1, 9))).Number;
            await studies.TellAsync(Ada, run, trial, "w", Loss(value));
            if (i == 9)
                await platform.Get<IOwners<LiveStudy>>().ReleaseAsync(LiveStudyFactory.Key(Ada, run));
        }

        var status = await studies.GetAsync(Ada, run);
        Assert.Equal((true, 3), (status.DefinedByRun, status.Space.Count));
        Assert.Equal("a", status.Best[0].Parameters["kind"].Choice);
        Assert.All((await studies.TrialsAsync(Ada, run, new())).Items, t => Assert.Equal(2, t.Parameters.Count));
    }

    [Fact]
    public async Task Several_objectives_have_a_front_and_constraints_bound_it()
    {
        await using var platform = await BeginAsync("""
            {
              "space": [{ "name": "x", "kind": "float", "low": 0, "high": 1 }], "trials": 30, "sampler": "nsgaII",
              "objectives": [{ "metric": "error" }, { "metric": "speed", "direction": "higherIsBetter" }], "constraints": [{ "metric": "size", "atMost": 0.5 }]
            }
            """);
        var studies = platform.Get<IStudies>();
        var run = await studies.StartAsync(Ada, "bowl");
        for (var i = 0; i < 30; i++)
        {
            var trial = (await studies.AskAsync(Ada, run, "w")).Trial!;
            var x = trial.Parameters["x"].Number;
            await studies.TellAsync(Ada, run, i, "w", new(TrialState.Complete, new Dictionary<string, double> { ["error"] = x, ["speed"] = x * x, ["size"] = x }));
        }

        var best = (await studies.GetAsync(Ada, run)).Best;
        Assert.InRange(best.Count, 5, 30);
        Assert.All(best, t => Assert.InRange(t.Parameters["x"].Number, 0, 0.5));
        Assert.Equal(1, (await studies.ImportanceAsync(Ada, run, 1)).Shares["x"], 0.05);
        await Assert.ThrowsAsync<InvalidException>(() => studies.ImportanceAsync(Ada, run, 2));
    }

    [Fact]
    public async Task A_warm_start_learns_from_an_earlier_study()
    {
        await using var platform = await BeginAsync(Bowl);
        var studies = platform.Get<IStudies>();
        await DeclareAsync(platform, Bowl.Replace("\"enqueue\"", "\"warmStart\": [\"bowl\"], \"enqueue\"", StringComparison.Ordinal), "warm");
        Assert.Contains("no run", (await Assert.ThrowsAsync<InvalidException>(() => studies.StartAsync(Ada, "warm"))).Message, StringComparison.Ordinal);
        var run = await studies.StartAsync(Ada, "bowl");
        for (var i = 0; i < 4; i++)
            await RunTrialAsync(studies, run, "w");
        var warm = await studies.StartAsync(Ada, "warm");
        Assert.Equal(4, (await studies.AskAsync(Ada, warm, "w")).Trial!.Number);
        var status = await studies.GetAsync(Ada, warm);
        Assert.Equal((null, 0), (status.Best[0].Run, status.Counts.Complete));
    }

    [Fact]
    public async Task Bad_news_is_refused_and_changes_nothing()
    {
        await using var platform = await BeginAsync(Bowl);
        var studies = platform.Get<IStudies>();
        var run = await studies.StartAsync(Ada, "bowl");
        var trial = (await studies.AskAsync(Ada, run, "w")).Trial!.Number;
        Assert.Contains("'loss' is missing", (await Assert.ThrowsAsync<InvalidException>(() => studies.TellAsync(Ada, run, trial, "w", new(TrialState.Complete)))).Message, StringComparison.Ordinal);
        Assert.Contains("run by 'w'", (await Assert.ThrowsAsync<ConflictException>(() => studies.TellAsync(Ada, run, trial, "other", Loss(1)))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotFoundException>(() => studies.TellAsync(Ada, run, 7, "w", Loss(1)));
        await Assert.ThrowsAsync<InvalidException>(() => studies.AskAsync(Ada, run, ""));
        await Assert.ThrowsAsync<InvalidException>(() => studies.AskAsync(Ada, run, "server/me/1/1"));
        await Assert.ThrowsAsync<InvalidException>(() => studies.EnqueueAsync(Ada, run, new Dictionary<string, ParameterValue> { ["x"] = 99 }));
        await Assert.ThrowsAsync<NotFoundException>(() => studies.StartAsync(Ada, "nobody"));
        await studies.TellAsync(Ada, run, trial, "w", Loss(double.NaN));
        Assert.Equal(TrialState.Failed, (await studies.TrialsAsync(Ada, run, new())).Items[0].State);
        await studies.TellAsync(Ada, run, (await studies.AskAsync(Ada, run, "w")).Trial!.Number, "w", Loss(1));
        await studies.TellAsync(Ada, run, 1, "w", Loss(1)); // the answer was not heard
        await Assert.ThrowsAsync<ConflictException>(() => studies.TellAsync(Ada, run, 1, "w", Loss(2)));
    }

    [Fact]
    public async Task A_study_that_is_stopped_gives_up_its_trials()
    {
        await using var platform = await BeginAsync(Bowl);
        var studies = platform.Get<IStudies>();
        var run = await studies.StartAsync(Ada, "bowl");
        await studies.AskAsync(Ada, run, "w");
        await studies.StopAsync(Ada, run);
        await studies.StopAsync(Ada, run);
        Assert.Equal((RunStatus.Cancelled, 0, 1), ((await studies.GetAsync(Ada, run)).Status, (await studies.GetAsync(Ada, run)).Counts.Running, (await studies.GetAsync(Ada, run)).Counts.Failed));
        Assert.Empty((await platform.Get<IRuns>().ListAsync(Ada, new(Parent: run, Status: RunStatus.Running), new())).Items);
    }

    private async Task<TestPlatform> BeginAsync(string spec)
    {
        var platform = await StartAsync(_time);
        await DeclareAsync(platform, spec);
        return platform;
    }

    private static async Task DeclareAsync(TestPlatform platform, string spec, string name = "bowl") =>
        await platform.Get<IResources>().ApplyAsync(Ada, [new(AssetKind.Study, name, JsonDocument.Parse(spec).RootElement)], ApplyMode.Apply);

    private static async Task RunTrialAsync(IStudies studies, RunId run, string worker)
    {
        var trial = (await studies.AskAsync(Ada, run, worker)).Trial!;
        await studies.TellAsync(Ada, run, trial.Number, worker, Loss(Math.Abs(trial.Parameters["x"].Number - 0.4)));
    }

    private static async Task<string> TextAsync(IStudies studies, RunId run) =>
        string.Join('\n', (await studies.TrialsAsync(Ada, run, new())).Items.Select(t => $"{t.Number} {t.State} {Text(t)} {string.Join(',', t.Values)} {t.Worker}"));

    private static TrialResult Loss(double value) => new(TrialState.Complete, new Dictionary<string, double> { ["loss"] = value });

    private static string Text(StudyTrial trial) => string.Join(' ', trial.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));
}
