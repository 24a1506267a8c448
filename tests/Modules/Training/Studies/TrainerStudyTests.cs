using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Tests;
using Orrery.Training.Studies;
using Orrery.Tuning.Studies;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Studies;

/// <summary>A declared study of a trainer: its trials are run here, side by side, and go on after a crash.</summary>
public sealed class TrainerStudyTests
{
    private const string Spec = """{ "trainer": "deliveries", "trials": 5, "sample": 0.3, "workers": 2 }""";

    [Fact]
    public async Task The_trainers_own_space_and_metric_are_taken_where_the_study_names_none()
    {
        await using var platform = await BeginAsync(Spec);
        var (run, status) = await RunAsync(platform);
        Assert.Equal((RunStatus.Finished, 5), (status.Status, status.Counts.Complete));
        Assert.Equal(["numLeaves", "learningRate"], status.Space.Select(p => p.Name));
        Assert.Equal("validation.auc", Assert.Single(status.Objectives).Metric);
        Assert.InRange(status.Best[0].Values[0], 0.6, 1);
        var runs = platform.Get<IRuns>();
        var trial = await runs.GetAsync(Ada, status.Best[0].Run!.Value);
        Assert.Equal(status.Best[0].Parameters["numLeaves"].ToString(), trial.Parameters["learner.numLeaves"]);
        Assert.Equal(trial.Metrics["objective.validation.auc"], (await runs.MetricHistoryAsync(Ada, trial.Id, "validation.auc")).Max(p => p.Value));
        Assert.Equal(status.Best[0].Values[0], (await runs.GetAsync(Ada, run)).Metrics["best.validation.auc"]);
        Assert.All((await platform.Get<IStudies>().TrialsAsync(Ada, run, new())).Items, t => Assert.StartsWith("server/", t.Worker, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Quality_is_weighed_against_size_under_a_constraint()
    {
        await using var platform = await BeginAsync("""
            {
              "trainer": "deliveries", "trials": 12, "sample": 0.3, "sampler": "nsgaII", "objectives": [{ "metric": "validation.logloss" }, { "metric": "model.bytes" }],
              "constraints": [{ "metric": "rounds", "atLeast": 3 }]
            }
            """);
        var (_, status) = await RunAsync(platform);
        Assert.Equal(["lowerIsBetter", "lowerIsBetter"], status.Objectives.Select(o => JsonNamingPolicy.CamelCase.ConvertName(o.Direction!.Value.ToString())));
        Assert.NotEmpty(status.Best);
        Assert.All(status.Best, t => Assert.True(t.Violations[0] <= 0 && t.Values[1] > 100));
        for (var i = 1; i < status.Best.Count; i++)
            Assert.DoesNotContain(status.Best, other => other.Values[0] < status.Best[i].Values[0] && other.Values[1] < status.Best[i].Values[1]);
    }

    [Theory]
    [InlineData("""{ "trainer": "deliveries", "objectives": [{ "metric": "validation.acu" }] }""", "Did you mean 'validation.auc'")]
    [InlineData("""{ "trainer": "deliveries", "space": [{ "name": "numLeafs", "kind": "integer", "low": 3, "high": 9 }] }""", "Did you mean 'numLeaves'")]
    [InlineData("""{ "trainer": "deliveries", "objectives": [{ "metric": "rounds" }], "pruner": "median" }""", "Choose pruner none")]
    [InlineData("""{ "trainer": "deliveries", "trainingSet": "nobody" }""", "nobody")]
    public async Task What_does_not_fit_the_trainer_is_said_before_anything_is_run(string spec, string expected)
    {
        await using var platform = await BeginAsync(spec);
        var refused = await Assert.ThrowsAnyAsync<OrreryException>(() => platform.Get<IStudies>().StartAsync(Ada, "s"));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Empty((await platform.Get<IRuns>().ListAsync(Ada, new("study"), new())).Items);
    }

    [Fact]
    public async Task A_study_whose_trials_all_fail_says_why()
    {
        await using var platform = await BeginAsync("""{ "trainer": "deliveries", "trials": 50, "space": [{ "name": "learningRate", "kind": "categorical", "choices": ["fast"] }] }""");
        var (run, status) = await RunAsync(platform);
        Assert.Equal((RunStatus.Failed, 5), (status.Status, status.Counts.Failed));
        Assert.Contains("learningRate = fast", status.Error, StringComparison.Ordinal);
        Assert.Empty((await platform.Get<IRuns>().ListAsync(Ada, new(Parent: run, Status: RunStatus.Running), new())).Items);
    }

    public static TheoryData<int, bool> Deaths() => new() { { 3, true }, { 5, false }, { 8, true }, { 11, false }, { 15, true } };

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task A_study_whose_server_died_at_any_write_is_finished_by_the_next(int write, bool committed)
    {
        using var folder = new TempFolder();
        var mortal = new MortalDatabase();
        RunId run;
        await using (var first = await StartInAsync(folder, configure: mortal.Decorate))
        {
            await DeclareAsync(first, Spec.Replace("\"workers\": 2", "\"workers\": 1", StringComparison.Ordinal));
            run = await first.Get<IStudies>().StartAsync(Ada, "s");
            mortal.DieAt(write, committed);
            await Assert.ThrowsAnyAsync<Exception>(() => WorkAsync(first));
        }

        await using var second = await StartInAsync(folder, new LaterTime(TimeSpan.FromMinutes(5)));
        await WorkAsync(second);
        var status = await second.Get<IStudies>().GetAsync(Ada, run);
        Assert.Equal((RunStatus.Finished, 5, 0), (status.Status, status.Counts.Complete, status.Counts.Running));
        var trials = (await second.Get<IStudies>().TrialsAsync(Ada, run, new())).Items;
        Assert.Equal(Enumerable.Range(0, trials.Count), trials.Select(t => t.Number));
        foreach (var lost in trials.Where(t => t.State == TrialState.Failed))
            Assert.Equal(lost.Parameters["learningRate"], Assert.Single(trials, t => t.RetryOf == lost.Number).Parameters["learningRate"]);
        Assert.DoesNotContain((await second.Get<IRuns>().ListAsync(Ada, new(), new())).Items, r => r.Status == RunStatus.Running);
    }

    private static async Task<TestPlatform> BeginAsync(string spec)
    {
        var platform = await StartAsync();
        await DeclareAsync(platform, spec);
        return platform;
    }

    private static async Task DeclareAsync(TestPlatform platform, string spec)
    {
        await platform.WriteAsync(Deliveries);
        await platform.ApplyAsync();
        await platform.Get<IResources>().ApplyAsync(Ada, [new(AssetKind.Study, "s", JsonDocument.Parse(spec).RootElement)], ApplyMode.Apply);
    }

    private static async Task<(RunId Run, StudyStatus Status)> RunAsync(TestPlatform platform)
    {
        var run = await platform.Get<IStudies>().StartAsync(Ada, "s");
        await WorkAsync(platform);
        return (run, await platform.Get<IStudies>().GetAsync(Ada, run));
    }

    private static async Task WorkAsync(TestPlatform platform) =>
        Assert.True(await platform.Services.GetServices<IHostedService>().OfType<StudyWorker>().Single().TryWorkAsync(StudyWorker.Here(1), CancellationToken.None));
}
