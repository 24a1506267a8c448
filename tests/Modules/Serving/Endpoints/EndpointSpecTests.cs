using System.Text.Json;
using Orrery.Kernel;
using Orrery.Serving.Endpoints;
using Orrery.Tests.Serving;
using Xunit;

namespace Orrery.Serving.Tests.Endpoints;

public sealed class EndpointSpecTests
{
    [Theory]
    [InlineData("\"10%\"", 0.1)]
    [InlineData("0.25", 0.25)]
    [InlineData("\"100%\"", 1)]
    public void A_share_is_a_percentage_or_a_number(string json, double value) => Assert.Equal(value, JsonSerializer.Deserialize<Share>(json).Value, 1e-12);

    [Theory]
    [InlineData("\"110%\"")]
    [InlineData("-0.1")]
    [InlineData("\"ten\"")]
    [InlineData("true")]
    public void Anything_else_is_refused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Share>(json));

    [Theory]
    [InlineData("""{"canary": {"alpha": 1}}""", "canary/alpha")]
    [InlineData("""{"canary": {"minOutcomes": 10, "maxOutcomes": 5}}""", "canary/maxOutcomes")]
    [InlineData("""{"canary": {"guard": {"maxErrorRate": 2}}}""", "canary/guard/maxErrorRate")]
    [InlineData("""{"traffic": {"champion": "model/other:1"}}""", "traffic/champion")]
    [InlineData("""{"traffic": {"canary": "0%"}}""", "traffic/canary")]
    [InlineData("""{"batching": {"maxBatch": 0}}""", "batching/maxBatch")]
    [InlineData("""{"gate": "nobody"}""", "nobody")]
    [InlineData("""{"trafic": {}}""", "traffic")]
    public async Task A_wrong_spec_is_refused_at_its_place(string spec, string place)
    {
        await using var serving = await ServingPlatform.StartAsync();
        var error = await Assert.ThrowsAsync<InvalidException>(() => serving.DeclareAsync(spec));
        Assert.Contains(place, error.Message);
    }

    [Fact]
    public async Task A_name_that_cannot_be_part_of_a_path_is_refused()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await Assert.ThrowsAsync<InvalidException>(() => serving.DeclareAsync(name: "flights west"));
    }

    [Fact]
    public async Task Batching_answers_each_request_with_its_own_score()
    {
        await using var serving = await ServingPlatform.StartAsync("""{"batching": {"maxBatch": 8, "maxDelay": "2ms"}}""");
        var model = new TestModel();
        await serving.DeployAsync(model);
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i => (Hour: i % 24, (await serving.PredictAsync("SFO", i % 24)).Score)));
        Assert.All(answers, answer => Assert.Equal(model.Probability("SFO", answer.Hour, -0.3), answer.Score, 1e-6));
    }
}
