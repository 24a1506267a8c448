using System.Xml.Linq;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Models;
using Orrery.Ledger.Runs;
using Orrery.Training.Evaluation;
using Orrery.Training.Train;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Train;

public sealed class TrainTests
{
    [Fact]
    public async Task A_training_makes_a_model_that_is_better_than_chance_with_everything_that_a_gate_asks_for()
    {
        await using var platform = await StartAsync();
        var trained = await platform.TrainAsync();
        var manifest = trained.Model.Read<ModelManifest>();

        Assert.InRange(trained.Evidence["test.auc"], 0.75, 1);
        Assert.InRange(trained.Evidence["baseline.test.auc"], 0.75, 1);
        Assert.InRange(trained.Evidence["test.ece"], 0, 0.15);
        Assert.InRange(trained.Evidence[EvidenceNames.OnnxDifference], 0, 1e-5);
        Assert.Equal(0, trained.Evidence[EvidenceNames.OnnxBatchMismatches]);
        Assert.True(trained.Evidence[EvidenceNames.LatencyP99] >= trained.Evidence[EvidenceNames.LatencyMedian]);
        Assert.True(trained.Evidence[EvidenceNames.LatencyMedian] > 0);
        Assert.Equal(2, trained.Evidence[EvidenceNames.Groups]);
        Assert.InRange(trained.Evidence[EvidenceNames.AucGap], 0, 0.3);
        Assert.InRange(trained.Evidence["test.rows"], 445, 455);
        Assert.Equal(["moment", "temperature", "city", "packages", "weekend"], manifest.Inputs.Select(i => i.Name));
        Assert.All(manifest.Inputs, i => Assert.Equal(ModelFieldSource.Request, i.Source));
        Assert.Equal(["probability", "label"], manifest.Outputs.Select(o => o.Name));
        Assert.Equal("lightgbm", manifest.Trainer);
        Assert.DoesNotContain(manifest.Metrics.Keys, k => k.StartsWith("latency", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_training_set_and_seed_give_the_same_model_to_the_byte_and_another_seed_another()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        var (first, second) = (await one.TrainAsync(), await two.TrainAsync());

        foreach (var file in new[] { "model.txt", "model.onnx", "transform.json", "plots/shap.svg" })
            Assert.Equal(await one.ArtifactAsync(first.Run, file), await two.ArtifactAsync(second.Run, file));

        await two.ApplyAsync(Trainer.Replace("\"seed\": 5", "\"seed\": 6", StringComparison.Ordinal));
        var other = await two.Get<ITrainer>().TrainAsync(Ada, new("deliveries"));
        Assert.NotEqual(await one.TextAsync(first.Run, "model.txt"), await two.TextAsync(other.Run, "model.txt"));
    }

    [Fact]
    public async Task The_same_training_again_gives_the_same_version()
    {
        await using var platform = await StartAsync();
        var first = await platform.TrainAsync();
        var again = await platform.Get<ITrainer>().TrainAsync(Ada, new("deliveries"));

        Assert.Equal(first.Model.Id, again.Model.Id);
        Assert.NotEqual(first.Run, again.Run);
    }

    [Fact]
    public async Task Every_trial_and_the_baseline_are_runs_below_the_training_with_parameters_and_metrics()
    {
        await using var platform = await StartAsync();
        var trained = await platform.TrainAsync();
        var runs = platform.Get<IRuns>();
        var children = (await runs.ListAsync(Ada, new(Parent: trained.Run), new())).Items;
        var study = Assert.Single(children, r => r.Kind == "study");
        var trials = (await runs.ListAsync(Ada, new(Parent: study.Id), new())).Items;

        Assert.Equal(3, trials.Count);
        Assert.Single(children, r => r.Kind == "baseline");
        Assert.All(children.Concat(trials), r => Assert.Equal(RunStatus.Finished, r.Status));
        Assert.All(trials, r => Assert.Equal("trial", r.Kind));
        Assert.Equal(3, trials.Select(t => t.Parameters["learner.numLeaves"] + "/" + t.Parameters["learner.learningRate"]).Distinct().Count());
        var history = await runs.MetricHistoryAsync(Ada, trials[0].Id, "validation.auc");
        Assert.True(history.Count > 1);
        Assert.Equal(Enumerable.Range(1, history.Count).Select(i => (long)i), history.Select(p => p.Step));
        Assert.Equal(history.Max(p => p.Value), trials[0].Metrics["objective.validation.auc"]);

        var run = await runs.GetAsync(Ada, trained.Run);
        Assert.Equal((RunStatus.Finished, 5L), (run.Status, run.Seed));
        Assert.Equal(trained.Evidence["test.auc"], run.Metrics["test.auc"]);
        Assert.True(run.Metrics.ContainsKey(EvidenceNames.LatencyP99));
    }

    [Fact]
    public async Task Pictures_are_kept_and_are_pictures()
    {
        await using var platform = await StartAsync();
        var trained = await platform.TrainAsync();

        foreach (var plot in new[] { "roc", "precision-recall", "calibration", "scores", "importance", "shap", "shap-mean" })
            Assert.Equal("svg", XDocument.Parse(await platform.TextAsync(trained.Run, $"plots/{plot}.svg")).Root!.Name.LocalName);
        Assert.Contains("temperature", await platform.TextAsync(trained.Run, "plots/shap.svg"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lineage_goes_from_the_training_set_over_the_run_to_the_model()
    {
        await using var platform = await StartAsync();
        var trained = await platform.TrainAsync();
        var graph = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(trained.Model.Id), LineageDirection.Upstream);
        var set = trained.Model.Read<ModelManifest>().TrainingSet!.Value;

        Assert.Contains(graph.Edges, e => e.From == LineageNodeId.Of(trained.Run) && e.To == LineageNodeId.Of(trained.Model.Id));
        Assert.Contains(graph.Edges, e => e.From == LineageNodeId.Of(set) && e.To == LineageNodeId.Of(trained.Run));
    }

    [Fact]
    public async Task The_test_part_comes_after_training_and_never_touches_the_model()
    {
        await using var platform = await StartAsync();
        var trained = await platform.TrainAsync();
        var from = DateTimeOffset.Parse((await platform.Get<IRuns>().GetAsync(Ada, trained.Run)).Parameters["split.test_from"]);

        // Everything is another from the test part on: a model or a transform that saw any of it would be another too.
        await using var turned = await StartAsync();
        var other = await turned.TrainAsync(query: $"""
            SELECT * REPLACE (late <> later AS late, CASE WHEN later THEN temperature + 100 ELSE temperature END AS temperature, CASE WHEN later THEN city || '!' ELSE city END AS city)
            FROM (SELECT *, moment >= TIMESTAMP '{from:yyyy-MM-dd HH:mm:ss}' AS later FROM ({Deliveries}))
            """);

        Assert.Equal(await platform.TextAsync(trained.Run, "model.txt"), await turned.TextAsync(other.Run, "model.txt"));
        Assert.Equal(await platform.TextAsync(trained.Run, "transform.json"), await turned.TextAsync(other.Run, "transform.json"));
        Assert.NotEqual(trained.Evidence["test.auc"], other.Evidence["test.auc"]);
    }

    [Fact]
    public async Task A_champion_is_measured_on_the_same_test_rows()
    {
        await using var platform = await StartAsync();
        var champion = await platform.TrainAsync();
        Assert.DoesNotContain("champion.test.auc", champion.Evidence.Keys);

        await platform.Get<IAssets>().SetAliasAsync(Ada, champion.Model.Ref, "champion");
        var challenger = await platform.Get<ITrainer>().TrainAsync(Ada, new("deliveries"));
        Assert.Equal(champion.Evidence["test.auc"], challenger.Evidence["champion.test.auc"]);
    }

    [Fact]
    public async Task Logistic_regression_can_be_the_model()
    {
        await using var platform = await StartAsync();
        var trained = await platform.TrainAsync(Trainer
            .Replace("\"baseline\"", "\"threads\": 1, \"baseline\"", StringComparison.Ordinal)
            .Replace("""{ "type": "lightgbm", "numIterations": 40, "numLeaves": 7, "minDataInLeaf": 10, "baggingFraction": 0.8 }""", """{ "type": "logistic-regression" }""", StringComparison.Ordinal)
            .Replace("""[{ "name": "numLeaves", "kind": "integer", "low": 3, "high": 15 }, { "name": "learningRate", "kind": "float", "low": 0.05, "high": 0.3, "scale": "log" }]""",
                """[{ "name": "l2", "kind": "float", "low": 0.01, "high": 100, "scale": "log" }]""", StringComparison.Ordinal));

        Assert.Equal("logistic-regression", trained.Model.Read<ModelManifest>().Trainer);
        Assert.InRange(trained.Evidence["test.auc"], 0.75, 1);
        Assert.InRange(trained.Evidence[EvidenceNames.OnnxDifference], 0, 1e-5);
    }

    [Fact]
    public async Task A_learner_that_finds_nothing_to_split_gives_every_row_the_share_of_positives()
    {
        await using var platform = await StartAsync();
        var trained = await platform.TrainAsync(Trainer.Replace("\"minDataInLeaf\": 10", "\"minDataInLeaf\": 100000", StringComparison.Ordinal));

        Assert.Equal(0.5, trained.Evidence["test.auc"]);
        Assert.InRange(trained.Evidence["test.ece"], 0, 0.1);
        Assert.InRange(trained.Evidence[EvidenceNames.OnnxDifference], 0, 1e-5);
    }

    [Fact]
    public async Task With_a_single_group_there_is_no_disparity_to_measure_and_the_evidence_says_so()
    {
        await using var platform = await StartAsync();
        var trained = await platform.TrainAsync(query: $"SELECT * REPLACE ('all' AS size) FROM ({Deliveries})");

        Assert.Equal(1, trained.Evidence[EvidenceNames.Groups]);
        Assert.True(double.IsNaN(trained.Evidence[EvidenceNames.AucGap])); // a gate on it fails: NaN is not 0
        Assert.True(double.IsNaN(trained.Model.Read<ModelManifest>().Metrics[EvidenceNames.AucGap]));
        Assert.True(double.IsNaN((await platform.Get<IRuns>().GetAsync(Ada, trained.Run)).Metrics[EvidenceNames.AucGap]));
    }

    [Fact]
    public async Task A_training_that_is_cancelled_leaves_a_cancelled_run_and_no_model()
    {
        await using var platform = await StartAsync();
        await platform.WriteAsync(Deliveries);
        await platform.ApplyAsync();
        using var source = new CancellationTokenSource();
        var progress = new Progress(report =>
        {
            if (report.Done == 1)
                source.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => platform.Get<ITrainer>().TrainAsync(Ada, new("deliveries"), progress, source.Token));

        var run = Assert.Single((await platform.Get<IRuns>().ListAsync(Ada, new(Kind: "train"), new())).Items);
        Assert.Equal(RunStatus.Cancelled, run.Status);
        Assert.Empty((await platform.Get<IAssets>().ListAsync(Ada, AssetKind.Model, new())).Items);
    }

    [Fact]
    public async Task A_training_in_the_background_ends_by_itself()
    {
        await using var platform = await StartAsync();
        await platform.WriteAsync(Deliveries);
        await platform.ApplyAsync();
        var run = await platform.Get<ITrainer>().StartAsync(Ada, new("deliveries"));
        await platform.Get<BackgroundTrainings>().IdleAsync();

        Assert.Equal(RunStatus.Finished, (await platform.Get<IRuns>().GetAsync(Ada, run)).Status);
    }

    private sealed class Progress(Action<Pipelines.Steps.StepProgress> report) : IProgress<Pipelines.Steps.StepProgress>
    {
        public void Report(Pipelines.Steps.StepProgress value) => report(value);
    }
}
