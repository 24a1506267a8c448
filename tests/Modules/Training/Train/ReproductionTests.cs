using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Runs.Reproduction;
using Orrery.Training.Train;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Train;

public sealed class ReproductionTests
{
    [Fact]
    public async Task A_training_that_is_run_again_gives_the_same_files_although_trainer_and_data_have_changed()
    {
        await using var platform = await StartAsync();
        var trained = await platform.TrainAsync();
        await platform.ApplyAsync(Trainer.Replace("\"numLeaves\": 7", "\"numLeaves\": 9", StringComparison.Ordinal).Replace("\"seed\": 5", "\"seed\": 6", StringComparison.Ordinal));
        await platform.WriteAsync($"SELECT * FROM ({Deliveries}) WHERE packages > 10");

        var started = await platform.Get<IReproductions>().StartAsync(Ada, trained.Run);
        await platform.Get<BackgroundTrainings>().IdleAsync();
        var report = await platform.Get<IReproductions>().CompareAsync(Ada, Assert.Single(started.Runs));

        Assert.Equal((RunStatus.Finished, null), (report.Status, report.Error));
        Assert.All(report.Outputs, output => Assert.Equal((output.Path, OutputVerdict.Identical), (output.Path, output.Verdict)));
        Assert.True(report.Identical);
        Assert.Contains(report.Outputs, output => output.Path == "model.onnx");
        Assert.Contains(report.Outputs, output => output.Path == "metrics.json");
        Assert.Empty(report.Environment);
        var again = await platform.Get<IRuns>().GetAsync(Ada, report.Run);
        Assert.Equal((5L, trained.Run), (again.Seed, again.Reproduces!.Value));
        var graph = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(trained.Run), LineageDirection.Downstream, 1, default);
        Assert.Contains(graph.Edges, edge => edge.Role == LineageRoles.Reproduced && edge.To == LineageNodeId.Of(report.Run));
        Assert.Equal(1, (await platform.Get<IAssets>().GetAssetAsync(Ada, AssetKind.Model, "deliveries")).LatestVersion); // it proves, and registers nothing
    }

    [Fact]
    public async Task A_pipelines_run_is_reproduced_by_its_parts()
    {
        await using var platform = await StartAsync();
        await platform.WriteAsync(Deliveries);
        await platform.ApplyAsync();
        var runs = platform.Get<IRuns>();
        var pipeline = await runs.StartAsync(Ada, new("pipeline", "weekly"));
        var step = await runs.StartAsync(Ada, new("train", "learn", Parent: pipeline.Id));
        var trained = await platform.Get<ITrainer>().TrainAsync(Ada, new("deliveries", Parent: step.Id));
        var register = await runs.StartAsync(Ada, new("register", "point", Parent: pipeline.Id));
        foreach (var run in (RunId[])[step.Id, register.Id, pipeline.Id])
            await runs.FinishAsync(Ada, run, RunStatus.Finished);

        var started = await platform.Get<IReproductions>().StartAsync(Ada, pipeline.Id);
        await platform.Get<BackgroundTrainings>().IdleAsync();

        Assert.Equal(register.Id, Assert.Single(started.Left).Run);
        var report = await platform.Get<IReproductions>().CompareAsync(Ada, Assert.Single(started.Runs));
        Assert.Equal((trained.Run, true), (report.Original, report.Identical));
    }

    [Fact]
    public async Task A_run_that_a_client_logged_is_refused_with_what_is_missing()
    {
        await using var platform = await StartAsync();
        var foreign = await platform.Get<IRuns>().StartAsync(Ada, new("run", "notebook") { Environment = new(null, "Python 3.11", "", "") });
        var refusal = await Assert.ThrowsAsync<PreconditionFailedException>(() => platform.Get<IReproductions>().StartAsync(Ada, foreign.Id));
        foreach (var missing in (string[])["recipe", "the command", "commit", "seed"])
            Assert.Contains(missing, refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PreconditionFailedException>(() => platform.Get<IReproductions>().CompareAsync(Ada, foreign.Id));
    }

    [Fact]
    public async Task What_differs_is_told_by_digest_and_the_code_is_no_output()
    {
        await using var platform = await StartAsync();
        var runs = platform.Get<IRuns>();
        var original = await runs.StartAsync(Ada, new("train", "x") { Environment = new("a", "r", "o", "p") });
        var again = await runs.StartAsync(Ada, new("train", "x") { Environment = new("b", "r", "o", "p"), Reproduces = original.Id });
        await runs.LogAsync(Ada, original.Id, new() { Artifacts = [await FileAsync("same", "1"), await FileAsync("other", "1"), await FileAsync("gone", "1"), await FileAsync("environment/code.diff", "1")] });
        await runs.LogAsync(Ada, again.Id, new() { Artifacts = [await FileAsync("same", "1"), await FileAsync("other", "2"), await FileAsync("new", "1"), await FileAsync("environment/code.diff", "2")] });
        await runs.FinishAsync(Ada, again.Id, RunStatus.Finished);

        var report = await platform.Get<IReproductions>().CompareAsync(Ada, again.Id);

        Assert.False(report.Identical);
        Assert.Equal(
            [("gone", OutputVerdict.Missing), ("new", OutputVerdict.Added), ("other", OutputVerdict.Different), ("same", OutputVerdict.Identical)],
            report.Outputs.Select(output => (output.Path, output.Verdict)));
        Assert.Equal(["code", "environment/code.diff"], report.Environment.Select(difference => difference.Name));

        async Task<RunArtifact> FileAsync(string path, string content) =>
            new(path, await platform.Blobs.PutAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)), default), "text/plain");
    }
}
