using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Pipelines.Steps;
using Orrery.Serving.Endpoints;
using Orrery.Tests.Serving;
using Xunit;

namespace Orrery.Serving.Tests.Endpoints;

public sealed class DeployStepTests
{
    [Fact]
    public async Task The_first_version_becomes_champion_and_the_next_challenges_it()
    {
        await using var serving = await ServingPlatform.StartAsync();
        var first = await serving.RegisterAsync(new TestModel());
        Assert.Equal("champion", await RunAsync(serving, first, DeployMode.Canary));
        Assert.Equal("unchanged", await RunAsync(serving, first, DeployMode.Canary));
        var second = await serving.RegisterAsync(new TestModel(Bias: 1));
        Assert.Equal("challenger", await RunAsync(serving, second, DeployMode.Canary));
        // A step whose worker died after it had deployed is run again.
        Assert.Equal("challenger", await RunAsync(serving, second, DeployMode.Canary));
        var status = await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint);
        Assert.Equal((1, 2), (status.Champion!.Number, status.Canary!.Challenger));
    }

    [Fact]
    public async Task A_champion_replaces_the_one_before_at_once()
    {
        await using var serving = await ServingPlatform.StartAsync();
        await serving.DeployAsync(new());
        Assert.Equal("champion", await RunAsync(serving, await serving.RegisterAsync(new TestModel(Bias: 1)), DeployMode.Champion));
        Assert.Equal(2, (await serving.PredictAsync("ATL", 1)).Version);
    }

    [Fact]
    public async Task An_input_that_is_not_there_is_named()
    {
        await using var serving = await ServingPlatform.StartAsync();
        var step = Assert.Single(serving.Platform.Get<IEnumerable<IStepKind>>(), kind => kind.Name == "deploy");
        var error = await Assert.ThrowsAsync<InvalidException>(() => step.RunAsync(Context([]), new DeploySpec(ServingPlatform.Endpoint), CancellationToken.None));
        Assert.Contains("'model'", error.Message);
    }

    private static async Task<string> RunAsync(ServingPlatform serving, AssetVersion version, DeployMode mode)
    {
        var step = Assert.Single(serving.Platform.Get<IEnumerable<IStepKind>>(), kind => kind.Name == "deploy");
        Assert.False(step.Cacheable);
        var result = await step.RunAsync(Context(new() { ["model"] = version }), new DeploySpec(ServingPlatform.Endpoint, Mode: mode), CancellationToken.None);
        return result.Facts["role"].GetString()!;
    }

    private static StepContext Context(Dictionary<string, AssetVersion> inputs) =>
        new(ServingPlatform.Ada, new RunId(Guid.CreateVersion7()), "retrain", inputs, new Progress<StepProgress>());
}
