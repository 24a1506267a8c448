using Microsoft.Extensions.Configuration;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Pipelines.Steps;
using Orrery.Tests;
using Xunit;

namespace Orrery.Pipelines.Tests;

public sealed class StepInputTests
{
    [Theory]
    [InlineData("made", "dataset/flights:1")] // the input comes before an asset of its name
    [InlineData("flights", "dataset/flights:2")]
    [InlineData("dataset/flights:1", "dataset/flights:1")]
    [InlineData(null, "dataset/flights:2")]
    public async Task An_option_names_an_input_or_an_asset(string? text, string found)
    {
        await using var platform = await StartAsync();
        Assert.Equal(found, (await FindAsync(platform, text, "dataset", "made")).Ref.ToString());
    }

    [Theory]
    [InlineData("model", "must be a dataset; its input 'model' is model/m:1")]
    [InlineData("model/m", "must be a dataset; got 'model/m'")]
    [InlineData("a/b/c", "Expected an input of the step, a name or a reference such as 'dataset/flights:3'")]
    [InlineData(null, "The step has no input 'dataset'; say which dataset")]
    public async Task What_names_nothing_fit_is_refused(string? text, string message)
    {
        await using var platform = await StartAsync();
        var refusal = await Assert.ThrowsAsync<InvalidException>(() => FindAsync(platform, text, "made"));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<TestPlatform> StartAsync()
    {
        var platform = await TestPlatform.StartAsync(services => services.AddLedger(new ConfigurationBuilder().Build()));
        foreach (var (kind, name, content) in new[] { (AssetKind.Dataset, "flights", 1), (AssetKind.Dataset, "flights", 2), (AssetKind.Model, "m", 1) })
            await platform.Get<IAssets>().AddVersionAsync(PipelineHost.Ada, new(kind, name, new { content }));
        return platform;
    }

    private static async Task<AssetVersion> FindAsync(TestPlatform platform, string? text, params string[] inputs)
    {
        var assets = platform.Get<IAssets>();
        var known = new Dictionary<string, AssetVersion> { ["model"] = await assets.GetAsync(PipelineHost.Ada, AssetRef.Parse("model/m")) };
        foreach (var input in inputs)
            known[input] = await assets.GetAsync(PipelineHost.Ada, AssetRef.Parse(input == "made" ? "dataset/flights:1" : "dataset/flights"));
        var context = new StepContext(PipelineHost.Ada, RunId.New(TimeProvider.System.GetUtcNow()), "p", known, new Progress<StepProgress>());
        return await context.FindAsync(assets, "dataset", text, AssetKind.Dataset, CancellationToken.None);
    }
}
