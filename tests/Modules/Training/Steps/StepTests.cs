using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Tests;
using Orrery.Training.Steps;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Steps;

public sealed class StepTests
{
    private const string Gate = """
        { "rules": [
          { "name": "useful", "evidence": "test.auc", "atLeast": 0.7 },
          { "name": "fast", "evidence": "latency.p99.ms", "atMost": 10000 },
          { "name": "close to the baseline", "evidence": "test.auc", "atLeast": -0.2, "above": "baseline.test.auc" } ] }
        """;

    [Fact]
    public async Task Train_evaluate_gate_and_register_hand_the_model_on()
    {
        await using var platform = await StartAsync();
        var set = (await platform.WriteAsync(Deliveries)).Version;
        await platform.ApplyAsync();
        await ApplyGateAsync(platform, Gate);

        var reported = new List<StepProgress>();
        var trained = await RunAsync(platform, "train", new TrainStepSpec("deliveries", "join"), new() { ["join"] = set }, reported);
        var model = await platform.Get<IAssets>().GetAsync(Ada, trained.Outputs["model"]);
        Assert.Equal("deliveries", model.Name);
        Assert.InRange(trained.Facts["test.auc"].GetDouble(), 0.7, 1);
        Assert.Equal(model.Run.ToString(), trained.Facts["run"].GetString());
        Assert.Equal(new StepProgress(4, 4, "trials"), reported[^1]);

        var evaluated = await RunAsync(platform, "evaluate", new EvaluateStepSpec("model", "dataset/deliveries", "late"), new() { ["model"] = model });
        Assert.InRange(evaluated.Facts["evaluation.auc"].GetDouble(), 0.7, 1);
        Assert.Equal(3000, evaluated.Facts["evaluation.rows"].GetDouble());

        var judged = await RunAsync(platform, "gate", new GateStepSpec("release", "model"), new() { ["model"] = model });
        Assert.True(judged.Facts["passed"].GetBoolean(), judged.Facts["reasons"].ToString());

        var registered = await RunAsync(platform, "register", new RegisterStepSpec("model", "champion"), new() { ["model"] = model });
        Assert.Equal(model.Number, registered.Facts["version"].GetInt32());
        Assert.Equal(model.Id, (await platform.Get<IAssets>().GetAsync(Ada, AssetRef.Parse("model/deliveries@champion"))).Id);
    }

    [Fact]
    public async Task A_gate_that_is_not_met_says_so_and_why_without_failing_the_step()
    {
        await using var platform = await StartAsync();
        await platform.TrainAsync();
        await ApplyGateAsync(platform, """{ "rules": [ { "name": "perfect", "evidence": "test.auc", "atLeast": 1 } ] }""");
        var judged = await RunAsync(platform, "gate", new GateStepSpec("release", "deliveries"), []);

        Assert.False(judged.Facts["passed"].GetBoolean());
        Assert.Contains("1", judged.Facts["reasons"][0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_training_that_a_crash_ended_is_closed_when_its_step_runs_again()
    {
        await using var platform = await StartAsync();
        await platform.WriteAsync(Deliveries);
        await platform.ApplyAsync();
        var runs = platform.Get<IRuns>();
        var step = await runs.StartAsync(Ada, new("step", "train"));
        var lost = await runs.StartAsync(Ada, new("train", "train deliveries", Parent: step.Id));
        var study = await runs.StartAsync(Ada, new("study", "study deliveries", Parent: lost.Id));
        var trial = await runs.StartAsync(Ada, new("trial", "trial 0", Parent: study.Id));

        await RunAsync(platform, "train", new TrainStepSpec("deliveries"), [], run: step.Id);

        Assert.Equal(RunStatus.Failed, (await runs.GetAsync(Ada, lost.Id)).Status);
        Assert.Equal(RunStatus.Failed, (await runs.GetAsync(Ada, study.Id)).Status);
        Assert.Equal(RunStatus.Failed, (await runs.GetAsync(Ada, trial.Id)).Status);
        Assert.Single((await runs.ListAsync(Ada, new(Kind: "train", Parent: step.Id, Status: RunStatus.Finished), new())).Items);
    }

    [Fact]
    public async Task An_input_of_another_kind_is_refused()
    {
        await using var platform = await StartAsync();
        var set = (await platform.WriteAsync(Deliveries)).Version;

        await Assert.ThrowsAsync<InvalidException>(() => RunAsync(platform, "register", new RegisterStepSpec("join", "champion"), new() { ["join"] = set }));
        await Assert.ThrowsAsync<InvalidException>(() => RunAsync(platform, "register", new RegisterStepSpec("dataset/deliveries", "champion"), []));
        await Assert.ThrowsAsync<NotFoundException>(() => RunAsync(platform, "register", new RegisterStepSpec("nobody", "champion"), []));
    }

    private static async Task ApplyGateAsync(TestPlatform platform, string spec) => await platform.Get<IResources>().ApplyAsync(
        Ada, [new(AssetKind.Gate, "release", JsonDocument.Parse(spec).RootElement)], ApplyMode.Apply);

    private static async Task<StepResult> RunAsync(
        TestPlatform platform, string kind, object spec, Dictionary<string, AssetVersion> inputs, List<StepProgress>? reported = null, RunId? run = null)
    {
        var step = platform.Get<IEnumerable<IStepKind>>().Single(k => k.Name == kind);
        run ??= (await platform.Get<IRuns>().StartAsync(Ada, new("step", kind))).Id;
        return await step.RunAsync(new(Ada, run.Value, "test", inputs, new Progress(reported ?? [])), spec, default);
    }

    private sealed class Progress(List<StepProgress> reported) : IProgress<StepProgress>
    {
        public void Report(StepProgress value) => reported.Add(value);
    }
}
