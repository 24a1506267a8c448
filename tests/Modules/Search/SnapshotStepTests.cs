using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Pipelines.Steps;
using Orrery.Search.Snapshots;
using Orrery.Tests;
using Xunit;
using static Orrery.Search.Tests.SearchTest;

namespace Orrery.Search.Tests;

public sealed class SnapshotStepTests
{
    [Fact]
    public async Task A_pipeline_keeps_its_newest_snapshots_and_removes_none_that_others_took()
    {
        var clock = new FakeTimeProvider(new(2026, 11, 24, 3, 0, 0, TimeSpan.Zero));
        await using var platform = await StartAsync(clock);
        await (await platform.CreateAsync()).UpsertAsync(Point(1, [1, 0, 0, 0]));
        var snapshots = platform.Get<ISnapshots>();
        var mine = await snapshots.CreateAsync(Ada, "flights");
        clock.Advance(TimeSpan.FromHours(1));
        await RunAsync(platform, "weekly", 1);
        var taken = new List<string>();
        for (var night = 0; night < 4; night++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            taken.Add((await RunAsync(platform, "nightly", 2)).Facts["snapshot"].GetString()!);
        }

        var left = await snapshots.ListAsync(Ada, "flights");
        Assert.Equal([mine.Name, .. taken.TakeLast(2)], left.Where(snapshot => snapshot.Pipeline != "weekly").Select(snapshot => snapshot.Name));
        Assert.Single(left, snapshot => snapshot.Pipeline == "weekly");
        await using var content = await snapshots.OpenAsync(Ada, "flights", taken[^1]);
        await snapshots.RestoreAsync(Ada, "copy", content, null);
        Assert.Equal(1, (await platform.OpenAsync("copy")).State().Points);
    }

    [Fact]
    public async Task A_step_that_cannot_be_is_refused()
    {
        await using var platform = await StartAsync();
        await platform.CreateAsync();
        await Assert.ThrowsAsync<InvalidException>(() => RunAsync(platform, "nightly", 0));
        await Assert.ThrowsAsync<NotFoundException>(() => RunAsync(platform, "nightly", 1, "nothing"));
    }

    private static Task<StepResult> RunAsync(TestPlatform platform, string pipeline, int keep, string collection = "flights")
    {
        var step = platform.Services.GetServices<IStepKind>().Single(kind => kind.Name == "snapshot");
        var spec = JsonSerializer.Deserialize(JsonSerializer.Serialize(new { Collection = collection, Keep = keep }), step.SpecType)!;
        return step.RunAsync(new(Ada, default, pipeline, new Dictionary<string, AssetVersion>(), new Progress<StepProgress>()), spec, default);
    }
}
