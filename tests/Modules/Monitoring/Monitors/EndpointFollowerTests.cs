using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orrery.Monitoring.Monitors;
using Orrery.Platform.Ownership;
using Orrery.Platform.Signals;
using Xunit;

namespace Orrery.Monitoring.Tests.Monitors;

public sealed class EndpointFollowerTests
{
    private const string Other = "unwatched";

    [Fact]
    public async Task An_endpoint_that_nobody_watches_is_left_alone_until_its_first_label_and_then_has_all_its_outcomes()
    {
        await using var world = await World.StartAsync();
        using var follower = Follower(world);
        await PredictAsync(world, Other, "a", "b");
        await follower.LookAsync(default);
        Assert.Equal(0, (await ProgressAsync(world, Other)).PredictionsNext);

        await world.Platform.Signals.Labels(Other).AppendAsync(new SignalBatch(LabelStream.Schema).Label(Streams.Start, "a", 1));
        await follower.LookAsync(default);
        Assert.Equal(2, (await ProgressAsync(world, Other)).PredictionsNext);
        Assert.StartsWith("a ", Assert.Single(await world.Platform.Signals.OutcomesAsync(Other)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_with_a_monitor_is_followed_without_labels()
    {
        await using var world = await World.StartAsync();
        using var follower = Follower(world);
        await PredictAsync(world, World.Endpoint, "a");
        await follower.LookAsync(default);
        Assert.Equal(1, (await ProgressAsync(world, World.Endpoint)).PredictionsNext);
    }

    private static EndpointFollower Follower(World world) => new(
        world.Platform.Signals, world.Platform.Get<WatchedEndpoints>(), world.Platform.Get<IOwners<EndpointWatch>>(),
        world.Platform.Get<IOptions<MonitoringOptions>>(), TimeProvider.System, NullLogger<EndpointFollower>.Instance);

    private static Task<long> PredictAsync(World world, string endpoint, params string[] ids)
    {
        var stream = world.Platform.Signals.Predictions(endpoint, ["delay", "scheduled"], ["carrier"]);
        var batch = new SignalBatch(stream.Schema);
        foreach (var id in ids)
            batch.Prediction(Streams.Start, id, 0.5);
        return stream.AppendAsync(batch);
    }

    private static Task<Monitoring.Joining.JoinProgress> ProgressAsync(World world, string endpoint) =>
        new Monitoring.Joining.JoinStore(world.Platform.KeyValues, endpoint).ReadProgressAsync(default);
}
