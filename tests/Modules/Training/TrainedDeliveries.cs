using System.Text.Json.Nodes;
using Orrery.Ledger.Assets;
using Orrery.Tests;
using Orrery.Training.Train;
using Xunit;

namespace Orrery.Training.Tests;

/// <summary>Two models of the deliveries, <c>lightgbm</c> and <c>logistic-regression</c>, for tests that only read.</summary>
public sealed class TrainedDeliveries : IAsyncLifetime
{
    internal TestPlatform Platform { get; private set; } = null!;

    internal Dictionary<string, AssetVersion> Models { get; } = [];

    public async ValueTask InitializeAsync()
    {
        Platform = await TrainingTest.StartAsync();
        await Platform.WriteAsync(TrainingTest.Deliveries);
        foreach (var learner in new[] { "lightgbm", "logistic-regression" })
        {
            var spec = JsonNode.Parse(TrainingTest.Trainer)!.AsObject();
            spec.Remove("tune");
            if (learner != "lightgbm")
                spec["learner"] = new JsonObject { ["type"] = learner };
            await Platform.ApplyAsync(spec.ToJsonString(), learner);
            Models[learner] = (await Platform.Get<ITrainer>().TrainAsync(TrainingTest.Ada, new(learner))).Model;
        }
    }

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
