using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Training.Train;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Train;

public sealed class SettingsTests
{
    [Fact]
    public async Task A_training_may_differ_from_its_trainer_and_its_run_says_in_what()
    {
        await using var platform = await StartAsync();
        await platform.WriteAsync(Deliveries);
        await platform.ApplyAsync();
        var trained = await platform.Get<ITrainer>().TrainAsync(Ada, new("deliveries", Set: Json("""{ "tune": { "trials": 1 }, "model": "quick", "seed": 9 }""")));

        var runs = platform.Get<IRuns>();
        var study = Assert.Single((await runs.ListAsync(Ada, new(Kind: "study", Parent: trained.Run), new())).Items);
        Assert.Single((await runs.ListAsync(Ada, new(Kind: "trial", Parent: study.Id), new())).Items);
        var run = await runs.GetAsync(Ada, trained.Run);
        Assert.Equal(("1", "quick", 9L), (run.Parameters["set.tune.trials"], run.Parameters["set.model"], run.Seed));
        Assert.Equal("quick", trained.Model.Name);
    }

    [Fact]
    public async Task Without_trials_the_learner_is_taken_as_declared()
    {
        await using var platform = await StartAsync();
        await platform.WriteAsync(Deliveries);
        await platform.ApplyAsync();
        var trained = await platform.Get<ITrainer>().TrainAsync(Ada, new("deliveries", Set: Json("""{ "tune": { "trials": 0 } }""")));

        Assert.Empty((await platform.Get<IRuns>().ListAsync(Ada, new(Kind: "study", Parent: trained.Run), new())).Items);
        Assert.Equal("7", (await platform.Get<IRuns>().GetAsync(Ada, trained.Run)).Parameters["learner.numLeaves"]);
    }

    [Theory]
    [InlineData("""{ "tune": { "trialz": 1 } }""", "did you mean 'trials'")]
    [InlineData("""{ "tune": { "trials": -1 } }""", "tune/trials")]
    [InlineData("""{ "seed": "nine" }""", "seed")]
    [InlineData("""{ "base": "other" }""", "cannot change it")]
    [InlineData("""[1]""", "as a mapping")]
    public async Task What_cannot_be_set_is_refused_before_a_run_begins(string settings, string message)
    {
        await using var platform = await StartAsync();
        await platform.WriteAsync(Deliveries);
        await platform.ApplyAsync();
        var refusal = await Assert.ThrowsAsync<InvalidException>(() => platform.Get<ITrainer>().StartAsync(Ada, new("deliveries", Set: Json(settings))));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Empty((await platform.Get<IRuns>().ListAsync(Ada, new(Kind: "train"), new())).Items);
    }

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
