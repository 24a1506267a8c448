using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Resources;
using Orrery.Tests;
using Orrery.Training.Train;
using Orrery.Training.Trainers;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Trainers;

public sealed class TrainerBaseTests
{
    private const string Small = """{ "base": "deliveries", "learner": { "numLeaves": 3 }, "tune": { "trials": 0 } }""";

    [Fact]
    public async Task A_trainer_takes_from_its_base_what_it_does_not_say_in_whatever_order_they_are_applied()
    {
        await using var platform = await StartAsync();
        await ApplyAsync(platform, ("smallest", """{ "base": "small", "learner": { "numIterations": 5 } }"""), ("small", Small), ("deliveries", Trainer));
        var (version, spec) = await UseAsync(platform, "smallest");

        var learner = Assert.IsType<LightGbmSpec>(spec.Learner);
        Assert.Equal((5, 3, 0.8), (learner.NumIterations, learner.NumLeaves, learner.BaggingFraction));
        Assert.Equal(("late", 0, 2, 5), (spec.Label, spec.Tune!.Trials, spec.Tune.Space.Count, spec.Seed));
        Assert.Equal("""{"base":"small","learner":{"numIterations":5}}""", version.Manifest.GetRawText()); // what was declared
    }

    [Fact]
    public async Task A_learner_of_another_type_replaces_the_bases()
    {
        await using var platform = await StartAsync();
        await ApplyAsync(platform, ("deliveries", Trainer), ("linear", """{ "base": "deliveries", "learner": { "type": "logistic-regression", "l2": 3 }, "tune": { "space": [{ "name": "l2", "kind": "float", "low": 1, "high": 2 }] } }"""));
        Assert.Equal(new LogisticRegressionSpec(3), (await UseAsync(platform, "linear")).Spec.Learner);
    }

    [Fact]
    public async Task Who_changes_a_base_changes_what_stands_on_it_and_the_run_tells_which_versions_they_were()
    {
        await using var platform = await StartAsync();
        await platform.WriteAsync(Deliveries);
        await ApplyAsync(platform, ("deliveries", Trainer), ("small", Small));
        await ApplyAsync(platform, ("deliveries", Trainer.Replace("\"seed\": 5", "\"seed\": 6", StringComparison.Ordinal)));
        Assert.Equal(ResourceAction.Unchanged, Assert.Single(await ApplyAsync(platform, ("small", Small))).Action);
        var trained = await platform.Get<ITrainer>().TrainAsync(Ada, new("small"));

        var graph = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(trained.Run), LineageDirection.Upstream);
        var sources = await Task.WhenAll(graph.Edges.Where(edge => edge.Role.StartsWith("trainer", StringComparison.Ordinal))
            .Select(async edge => (edge.Role, (await platform.Get<IAssets>().GetAsync(Ada, Id(edge.From))).Ref.ToString())));
        Assert.Equal([("trainer", "trainer/small:1"), ("trainer-base", "trainer/deliveries:2")], sources.Order());
        Assert.Equal("small", trained.Model.Name);
    }

    [Theory]
    [InlineData("""{ "base": "deliverys" }""", "id you mean 'deliveries'?")]
    [InlineData("""{ "base": "small" }""", "in a cycle: trainer/small → trainer/small")]
    [InlineData("""{ "base": "other" }""", "in a cycle: trainer/small → trainer/other → trainer/small")]
    [InlineData("""{ "base": "a/b" }""", "'a/b' cannot be the name of a trainer")]
    [InlineData("""{ "base": 3 }""", "expected text")]
    [InlineData("""{ "base": "deliveries", "learner": { "numLeafs": 3 } }""", "did you mean 'numLeaves'")]
    [InlineData("""{ "base": "deliveries", "learner": { "numLeaves": 1 } }""", "2 to 131072")]
    public async Task A_base_that_cannot_be_is_refused_with_what_is_sent_and_with_what_is_stored(string spec, string message)
    {
        await using var platform = await StartAsync();
        const string other = """{ "base": "small" }""";
        var together = await Assert.ThrowsAsync<InvalidException>(() => ApplyAsync(platform, ("deliveries", Trainer), ("other", other), ("small", spec)));
        Assert.Contains(message, together.Message, StringComparison.Ordinal);
        Assert.Null(await platform.Get<IAssets>().FindAsync(Ada, AssetRef.Parse("trainer/deliveries")));

        await ApplyAsync(platform, ("deliveries", Trainer), ("small", Small), ("other", other));
        var stored = await Assert.ThrowsAsync<InvalidException>(() => ApplyAsync(platform, ("small", spec)));
        Assert.Contains(message, stored.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trainer_that_its_changed_base_leaves_in_the_lurch_says_so_when_it_is_used()
    {
        await using var platform = await StartAsync();
        await platform.WriteAsync(Deliveries);
        await ApplyAsync(platform, ("deliveries", Trainer), ("small", Small));
        await ApplyAsync(platform, ("deliveries", """{ "trainingSet": "deliveries", "label": "late", "transform": { "columns": [{ "name": "temperature", "type": "number" }], "steps": [], "outputs": ["temperature"] }, "learner": { "type": "logistic-regression" } }"""));
        var refusal = await Assert.ThrowsAsync<InvalidException>(() => platform.Get<ITrainer>().TrainAsync(Ada, new("small")));
        Assert.Contains("trainer/small:1 and its base do not fit together any more: learner/numLeaves", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<ResourceChange>> ApplyAsync(TestPlatform platform, params (string Name, string Spec)[] trainers) =>
        await platform.Get<IResources>().ApplyAsync(
            Ada, [.. trainers.Select(one => new ResourceDocument(AssetKind.Trainer, one.Name, JsonDocument.Parse(one.Spec).RootElement))], ApplyMode.Apply);

    private static VersionId Id(LineageNodeId node) => VersionId.TryParse(node.Id, out var id) ? id : throw new InvalidOperationException($"{node} is no version.");

    private static Task<Resource<TrainerSpec>> UseAsync(TestPlatform platform, string name) =>
        platform.Get<IResources>().GetAsync<TrainerSpec>(Ada, new(AssetKind.Trainer, name));
}
