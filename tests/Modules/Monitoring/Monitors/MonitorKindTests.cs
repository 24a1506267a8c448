using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Monitoring.Monitors;
using Xunit;

namespace Orrery.Monitoring.Tests.Monitors;

public sealed class MonitorKindTests
{
    [Theory]
    [InlineData("""{"window": "10s"}""", "window")]
    [InlineData("""{"windows": "1d"}""", "windows")]
    [InlineData("""{"lateness": "-1h"}""", "lateness")]
    [InlineData("""{"reference": "model/flights:1"}""", "reference")]
    [InlineData("""{"drift": {"features": "some"}}""", "features")]
    [InlineData("""{"drift": {"features": []}}""", "drift/features")]
    [InlineData("""{"drift": {"features": ["a", "a"]}}""", "drift/features")]
    [InlineData("""{"drift": {"numeric": {"method": "psy"}}}""", "method")]
    [InlineData("""{"drift": {"numeric": {"threshold": 0}}}""", "drift/numeric/threshold")]
    [InlineData("""{"drift": {"categorical": {"method": "ks"}}}""", "drift/categorical/method")]
    [InlineData("""{"drift": {"alpha": 1}}""", "drift/alpha")]
    [InlineData("""{"drift": {"minSample": 0}}""", "drift/minSample")]
    [InlineData("""{"performance": {"metrics": []}}""", "performance/metrics")]
    [InlineData("""{"performance": {"rules": [{"metric": "mae", "limit": 1}]}}""", "performance/rules/0/metric")]
    [InlineData("""{"performance": {"rules": [{"metric": "auc"}]}}""", "performance/rules/0")]
    [InlineData("""{"performance": {"rules": [{"metric": "auc", "worseBy": 0.1, "limit": 0.5}]}}""", "performance/rules/0")]
    [InlineData("""{"performance": {"rules": [{"metric": "auc", "worseBy": -0.1}]}}""", "performance/rules/0")]
    [InlineData("""{"labels": {"wait": "400d"}}""", "labels/wait")]
    [InlineData("""{"alerts": {"consecutive": 0}}""", "alerts/consecutive")]
    public async Task What_cannot_be_meant_is_refused_where_it_stands(string spec, string place)
    {
        await using var world = await World.StartAsync(trainingRows: 20);
        var refusal = await Assert.ThrowsAsync<InvalidException>(() => world.ApplyAsync(spec));
        Assert.Contains(place, string.Join(' ', refusal.Errors.Keys) + refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_can_be_said_is_read_back()
    {
        await using var world = await World.StartAsync("""
            {"reference": "dataset/flights-training:1", "window": "7d", "lateness": "5m",
             "drift": {"features": ["delay"], "numeric": {"method": "ks", "threshold": 0.2}, "categorical": {"method": "jensenShannon"}, "bins": 20, "correction": "holm",
                       "alpha": 0.05, "minSample": 100, "minFeatures": 2},
             "performance": {"metrics": ["logLoss", "auc"], "rules": [{"metric": "logLoss", "worseByShare": 0.1}], "minLabels": 50, "confidence": 0.9},
             "labels": {"wait": "2d"}, "alerts": {"consecutive": 2, "cooldown": "7d"}}
            """, trainingRows: 20);
        var spec = (await world.Monitors.StatusAsync(World.Ada, "flights")).Spec;
        Assert.Equal(("dataset/flights-training:1", TimeSpan.FromDays(7), TimeSpan.FromMinutes(5)), (spec.Reference!.ToString(), spec.WindowLength, spec.AllowedLateness));
        Assert.Equal((DriftMethod.Ks, 0.2, 0.1, 2), (spec.DriftRules.NumericMethod.Method, spec.DriftRules.NumericMethod.Limit, spec.DriftRules.CategoricalMethod.Limit, spec.DriftRules.MinFeatures));
        Assert.Equal(["delay"], spec.DriftRules.Features!.Names!);
        Assert.Equal((0.1, 50, TimeSpan.FromDays(2), 2), (spec.PerformanceRules.Judged[0].WorseByShare, spec.PerformanceRules.MinLabels, spec.LabelWait, spec.AlertRules.Consecutive));
        Assert.Equal(MonitorHealth.Waiting, (await world.Monitors.StatusAsync(World.Ada, "flights")).Health);
    }

    [Fact]
    public async Task Applying_the_same_again_changes_nothing()
    {
        await using var world = await World.StartAsync("""{"drift": {"features": ["delay"]}}""", trainingRows: 20);
        Assert.All(await world.ApplyAsync("""{"drift": {"features": ["delay"]}}"""), change => Assert.Equal(ResourceAction.Unchanged, change.Action));
    }

    [Fact]
    public async Task An_endpoint_and_a_monitor_that_are_not_there_are_named()
    {
        await using var world = await World.StartAsync(trainingRows: 20);
        await Assert.ThrowsAsync<NotFoundException>(() => world.Monitors.StatusAsync(World.Ada, "flight"));
        await Assert.ThrowsAsync<NotFoundException>(() => world.Monitors.CatchUpAsync(World.Ada, "../flights"));
        await Assert.ThrowsAsync<NotFoundException>(() => world.Monitors.CatchUpAsync(World.Ada, "trains"));
        await Assert.ThrowsAsync<NotFoundException>(() => world.Monitors.WindowsAsync(World.Ada, "flight", new(), new()));
    }
}
