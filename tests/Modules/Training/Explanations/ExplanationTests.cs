using System.Text.Json;
using Orrery.Kernel;
using Orrery.Training.Explanations;
using Orrery.Training.Scoring;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Explanations;

public sealed class ExplanationTests(TrainedDeliveries deliveries) : IClassFixture<TrainedDeliveries>
{
    private const string Cold = """{ "moment": "2024-02-01T08:00:00Z", "temperature": -4, "city": "town", "packages": 3, "weekend": true }""";
    private const string Warm = """{ "moment": 1706774400, "temperature": 24, "city": "farm", "packages": 3, "weekend": false }""";

    [Theory]
    [InlineData("lightgbm")]
    [InlineData("logistic-regression")]
    public async Task Contributions_by_raw_input_and_the_base_value_add_up_to_the_raw_score(string learner)
    {
        var model = deliveries.Models[learner];
        var explanation = await ExplainAsync(Cold, learner);

        Assert.Equal(model.Id, explanation.Model.Id);
        Assert.Equal(explanation.RawScore, explanation.BaseValue + explanation.Attributions.Sum(a => a.Contribution), 1e-8);
        Assert.Equal(explanation.Score, 1 / (1 + Math.Exp(-explanation.RawScore)), 1e-12);
        Assert.Equal(["city", "moment", "packages", "temperature", "weekend"], explanation.Attributions.Select(a => a.Input).Order(StringComparer.Ordinal));
        Assert.Equal("temperature", explanation.Attributions[0].Input);
        Assert.True(explanation.Attributions[0].Contribution > 0);
        Assert.True((await ExplainAsync(Warm, learner)).Attributions.Single(a => a.Input == "temperature").Contribution < 0);
    }

    [Fact]
    public async Task The_explained_score_is_the_one_that_is_served()
    {
        var row = "SELECT TIMESTAMP '2024-02-01 08:00:00' AS moment, -4.0::DOUBLE AS temperature, 'town' AS city, 3::BIGINT AS packages, true AS weekend";
        await deliveries.Platform.WriteAsync(row, "one");
        var scores = await deliveries.Platform.Get<IScoring>().ScoreAsync(Ada, new(AssetKind.Model, "lightgbm"), new(AssetKind.Dataset, "one"));

        Assert.Equal((await ExplainAsync(Cold)).Score, Assert.Single(scores.Scores), 1e-6);
    }

    [Fact]
    public async Task An_input_that_is_left_out_or_null_is_missing()
    {
        var absent = await ExplainAsync("""{ "city": "town" }""");
        var empty = await ExplainAsync("""{ "city": "town", "temperature": null }""");

        Assert.Equal(absent.RawScore, empty.RawScore);
        Assert.Null(absent.Attributions.Single(a => a.Input == "temperature").Value);
        Assert.Equal("town", absent.Attributions.Single(a => a.Input == "city").Value!.Value.GetString());
    }

    [Theory]
    [InlineData("""{ "temprature": 1 }""", "Did you mean 'temperature'?")]
    [InlineData("""{ "temperature": "cold" }""", "\"cold\"")]
    [InlineData("""{ "city": 4 }""", "'city'")]
    [InlineData("""{ "packages": 1.5 }""", "1.5")]
    [InlineData("""{ "moment": "yesterday" }""", "yesterday")]
    public async Task Values_that_the_model_does_not_take_are_refused(string inputs, string expected)
    {

        Assert.Contains(expected, (await Assert.ThrowsAsync<InvalidException>(() => ExplainAsync(inputs))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explanations_beside_each_other_agree()
    {
        var alone = await ExplainAsync(Cold);
        var together = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => ExplainAsync(Cold))));

        Assert.All(together, e => Assert.Equal(alone.Attributions.Select(a => a.Contribution), e.Attributions.Select(a => a.Contribution)));
    }

    private Task<Explanation> ExplainAsync(string inputs, string model = "lightgbm") => deliveries.Platform.Get<IExplanations>().ExplainAsync(
        Ada, new(AssetKind.Model, model), JsonDocument.Parse(inputs).RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value));
}
