using System.Text.Json;
using Orrery.Features.TrainingSets;
using Orrery.Kernel;
using Orrery.Ledger.Models;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Training.Train;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Train;

public sealed class FeatureServiceTests
{
    private const string View = """
        { "source": "deliveries", "entity": ["city"], "timestamp": "moment", "every": "1h", "features": [
          { "name": "recent", "aggregate": "count", "window": "3h" }, { "name": "warmth", "aggregate": "mean", "column": "temperature", "window": "24h" } ] }
        """;

    private const string Service = """{ "features": [{ "view": "cities" }], "request": [{ "name": "moment", "type": "timestamp" }, { "name": "weekend", "type": "boolean" }] }""";

    private const string ServedTrainer = """
        {
          "trainingSet": "examples", "label": "late", "time": "moment", "featureService": "deliveries",
          "transform": {
            "columns": [
              { "name": "city", "type": "text" }, { "name": "weekend", "type": "boolean" }, { "name": "recent", "type": "number" }, { "name": "warmth", "type": "number" }
            ],
            "steps": [{ "name": "place", "type": "oneHot", "inputs": ["city"] }], "outputs": ["place", "weekend", "recent", "warmth"]
          },
          "learner": { "type": "lightgbm", "numIterations": 20, "numLeaves": 7 }
        }
        """;

    [Fact]
    public async Task A_model_knows_which_inputs_the_feature_service_fills_and_which_the_caller_sends()
    {
        await using var platform = await StartAsync();
        await platform.WriteAsync($"SELECT * REPLACE (coalesce(city, 'nowhere') AS city) FROM ({Deliveries})");
        await platform.Get<IResources>().ApplyAsync(Ada,
        [
            Document(AssetKind.Trainer, "deliveries", ServedTrainer), Document(AssetKind.FeatureService, "deliveries", Service), Document(AssetKind.FeatureView, "cities", View),
        ], ApplyMode.Apply);
        var run = await platform.Get<IRuns>().StartAsync(Ada, new("training-set", "examples"));
        var examples = await platform.Get<ITrainingSets>().BuildAsync(
            Ada, new("examples", "deliveries", new(AssetKind.Dataset, "deliveries"), "moment", ["late"]), run.Id);
        Assert.Contains("warmth", examples.Manifest.Columns.Select(c => c.Name));

        var trained = await platform.Get<ITrainer>().TrainAsync(Ada, new("deliveries"));
        var manifest = trained.Model.Read<ModelManifest>();

        Assert.Equal("deliveries", manifest.FeatureService);
        Assert.Equal(examples.Version.Id, manifest.TrainingSet);
        Assert.Equal(
            [("city", ModelFieldType.Text, ModelFieldSource.Request), ("weekend", ModelFieldType.Int64, ModelFieldSource.Request),
                ("recent", ModelFieldType.Float32, ModelFieldSource.Feature), ("warmth", ModelFieldType.Float32, ModelFieldSource.Feature)],
            manifest.Inputs.Select(i => (i.Name, i.Type, i.Source!.Value)));
    }

    [Fact]
    public async Task A_trainer_that_names_no_feature_service_that_exists_is_refused_when_it_is_applied()
    {
        await using var platform = await StartAsync();

        await Assert.ThrowsAsync<InvalidException>(() => platform.ApplyAsync(ServedTrainer));
    }

    private static ResourceDocument Document(AssetKind kind, string name, string spec) => new(kind, name, JsonDocument.Parse(spec).RootElement);
}
