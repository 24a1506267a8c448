using Orrery.Data.Datasets;
using Orrery.Features.Online;
using Orrery.Features.Services;
using Orrery.Features.Steps;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Pipelines.Steps;
using Orrery.Tests;
using Xunit;

namespace Orrery.Features.Tests.Steps;

public sealed class StepTests
{
    [Fact]
    public async Task Materialize_gives_the_histories_and_fills_the_online_store()
    {
        await using var platform = await StartAsync();
        var result = await RunAsync(platform, new MaterializeSpec(["departures"]));
        var history = await platform.Get<IDatasets>().OpenAsync(FeaturesTest.Ada, result.Outputs["departures"]);
        Assert.Equal("features.departures", history.Version.Name);
        Assert.Equal(1, result.Facts["departures"].GetProperty("updated").GetInt64());
        var values = new double[1];
        (await platform.Get<IOnlineFeatures>().OpenAsync(FeaturesTest.Ada, "s")).Read(["ATL"], DateTimeOffset.UnixEpoch, values);
        Assert.Equal(2, values[0]);

        // Again, as after a crash: nothing new.
        var again = await RunAsync(platform, new MaterializeSpec(["departures"]));
        Assert.Equal(result.Outputs, again.Outputs);
        Assert.Equal(0, again.Facts["departures"].GetProperty("updated").GetInt64());
    }

    [Theory]
    [InlineData("flights")]
    [InlineData("dataset/flights:1")]
    [InlineData("ingested")]
    public async Task A_training_set_takes_its_spine_by_name_by_reference_or_from_another_step(string spine)
    {
        await using var platform = await StartAsync();
        var input = await platform.Get<IAssets>().GetAsync(FeaturesTest.Ada, new AssetRef(AssetKind.Dataset, "flights"));
        var result = await RunAsync(
            platform, new TrainingSetSpec("set", "s", spine, "landed", ["delay"]), new Dictionary<string, AssetVersion> { ["ingested"] = input });
        var set = await platform.Get<IDatasets>().OpenAsync(FeaturesTest.Ada, result.Outputs["dataset"]);
        Assert.Equal(["airport", "landed", "flights", "delay"], set.Manifest.Columns.Select(c => c.Name));
        // Each row sees the tick before its own landing, not the tick that its landing is gathered at.
        Assert.Equal([(null, 5L), (1.0, 7L)], platform.Rows(set).Select(r => ((double?)r[2], (long)r[3]!)));
        Assert.Equal(2, result.Facts["rows"].GetInt64());
    }

    [Fact]
    public async Task A_spine_that_is_no_name_is_refused()
    {
        await using var platform = await StartAsync();
        await Assert.ThrowsAsync<InvalidException>(() => RunAsync(platform, new TrainingSetSpec("set", "s", "a/b/c", "landed", ["delay"])));
    }

    private static async Task<TestPlatform> StartAsync()
    {
        var platform = await FeaturesTest.StartAsync();
        await platform.ApplyAsync("departures", new FeatureViewSpec([new("airport", "airport")], "flights", [new("flights", Aggregate.Count, Window: 3 * SlowFeatures.Hour)]));
        await platform.ApplyAsync("s", new FeatureServiceSpec([new("departures")]));
        using var session = platform.Analytics.Open();
        await platform.Get<IDatasets>().WriteAsync(FeaturesTest.Ada, new("flights", "landed"), session,
            "SELECT 'ATL' AS airport, TIMESTAMP '2001-01-01 00:10:00' AS landed, 5::BIGINT AS delay UNION ALL SELECT 'ATL', TIMESTAMP '2001-01-01 01:10:00', 7");
        return platform;
    }

    private static async Task<StepResult> RunAsync<TSpec>(TestPlatform platform, TSpec spec, IReadOnlyDictionary<string, AssetVersion>? inputs = null) where TSpec : notnull
    {
        var step = platform.Get<IEnumerable<IStepKind>>().Single(s => s.SpecType == typeof(TSpec));
        var context = new StepContext(FeaturesTest.Ada, await platform.StartRunAsync(), "test", inputs ?? new Dictionary<string, AssetVersion>(), new Progress<StepProgress>());
        return await step.RunAsync(context, spec, CancellationToken.None);
    }
}
