using Orrery.Kernel;
using Orrery.Tests.Serving;
using Xunit;

namespace Orrery.Serving.Tests.Predictions;

/// <summary>A request that cannot be scored is refused with the name of the input, and nothing of it is logged.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task An_unknown_input_is_named_with_the_nearest_known() =>
        await RefusedAsync(["'origim'", "'origin'"], prediction => prediction.BeginInput("origim"u8, [1, 1]));

    [Fact]
    public async Task An_input_that_comes_twice_is_named() => await RefusedAsync(["'hour'", "twice"], prediction =>
    {
        prediction.BeginInput("hour"u8, [1, 1]);
        prediction.BeginInput("hour"u8, [1, 1]);
    });

    [Theory]
    [InlineData(new long[] { })]
    [InlineData(new long[] { 0, 1 })]
    [InlineData(new long[] { -1, 1 })]
    [InlineData(new long[] { 1, 2 })]
    [InlineData(new long[] { 1, 1, 1, 1 })]
    [InlineData(new long[] { 10_001, 1 })]
    [InlineData(new long[] { long.MaxValue })]
    public async Task A_wrong_shape_is_named(long[] shape) => await RefusedAsync(["'hour'"], prediction => prediction.BeginInput("hour"u8, shape));

    [Fact]
    public async Task Inputs_of_different_lengths_are_named() => await RefusedAsync(["'hour'", "3 rows", "2"], prediction =>
    {
        prediction.BeginInput("origin"u8, [2, 1]);
        prediction.BeginInput("hour"u8, [3, 1]);
    });

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)]
    public async Task A_number_that_the_model_cannot_take_is_named(double value) => await RefusedAsync(["'hour'"], prediction =>
    {
        prediction.BeginInput("hour"u8, [1, 1]);
        prediction.SetNumber(0, value);
    });

    [Fact]
    public async Task Text_for_a_number_is_named() => await RefusedAsync(["'hour'"], prediction =>
    {
        prediction.BeginInput("hour"u8, [1, 1]);
        prediction.SetText(0, "eight"u8);
    });

    [Fact]
    public async Task A_missing_input_is_named()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        await using var prediction = serving.Predictions.Begin(ServingPlatform.Ada, ServingPlatform.Endpoint);
        var nothing = await Assert.ThrowsAsync<InvalidException>(() => prediction.ScoreAsync().AsTask());
        Assert.Contains("'origin', 'hour'", nothing.Message);
    }

    [Fact]
    public async Task A_missing_entity_key_is_named()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        await using var prediction = serving.Predictions.Begin(ServingPlatform.Ada, ServingPlatform.Endpoint);
        prediction.BeginInput("origin"u8, [1]);
        prediction.SetText(0, "ATL"u8);
        prediction.BeginInput("hour"u8, [1]);
        prediction.SetNumber(0, 3);
        var error = await Assert.ThrowsAsync<InvalidException>(() => prediction.ScoreAsync().AsTask());
        Assert.Contains("'airport'", error.Message);
        Assert.Contains("'delays'", error.Message);
    }

    [Fact]
    public async Task A_champion_whose_score_is_not_finite_is_an_error_and_not_an_answer()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        // An airport that nobody knows: its feature is NaN, and this model has no answer to that.
        await using var prediction = serving.Ask("???", 8);
        var error = await Assert.ThrowsAsync<OrreryException>(() => prediction.ScoreAsync().AsTask());
        Assert.Equal(ErrorCode.Internal, error.Code);
        Assert.Contains("not finite", error.Message);
    }

    private static async Task RefusedAsync(string[] words, Action<Serving.Predictions.Prediction> send)
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        await using (var prediction = serving.Predictions.Begin(ServingPlatform.Ada, ServingPlatform.Endpoint))
        {
            var error = Assert.Throws<InvalidException>(() => send(prediction));
            Assert.All(words, word => Assert.Contains(word, error.Message));
        }

        await serving.PredictAsync("ATL", 8);
        await serving.Predictions.FlushAsync(ServingPlatform.Ada, ServingPlatform.Endpoint);
        Assert.Equal(1, serving.Platform.Signals.Find("predictions/flights")!.End);
    }
}
