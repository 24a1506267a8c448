using System.Text.Json;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Resources;
using Xunit;

namespace Orrery.Features.Tests.Views;

public sealed class FeatureViewTests
{
    [Theory]
    [InlineData("""{ "entity": [], "source": "f", "features": [{ "name": "n", "aggregate": "count", "window": "1h" }] }""", "entity")]
    [InlineData("""{ "entity": ["a"], "source": "f", "features": [] }""", "features")]
    [InlineData("""{ "entity": ["a"], "source": "f", "every": "1h", "features": [{ "name": "n", "aggregate": "count", "window": "90m" }] }""", "features/0/window")]
    [InlineData("""{ "entity": ["a"], "source": "f", "features": [{ "name": "n", "aggregate": "count", "windows": ["1h", "0s"] }] }""", "features/0/windows/1")]
    [InlineData("""{ "entity": ["a"], "source": "f", "features": [{ "name": "n", "aggregate": "count" }] }""", "features/0/window")]
    [InlineData("""{ "entity": ["a"], "source": "f", "features": [{ "name": "n", "aggregate": "mean", "window": "1h" }] }""", "features/0/column")]
    [InlineData("""{ "entity": ["a"], "source": "f", "every": "1ms", "features": [{ "name": "n", "aggregate": "count", "window": "1h" }] }""", "every")]
    [InlineData("""{ "entity": ["a"], "source": "f", "ttl": "30m", "features": [{ "name": "n", "aggregate": "count", "window": "1h" }] }""", "ttl")]
    [InlineData("""{ "entity": ["a"], "source": "f", "features": [{ "name": "tick", "aggregate": "count", "window": "1h" }] }""", "features")]
    [InlineData("""{ "entity": ["a"], "source": "f", "features": [{ "name": "N", "aggregate": "count", "window": "1h" }, { "name": "n", "aggregate": "count", "window": "1h" }] }""", "features")]
    [InlineData("""{ "entity": ["a"], "source": "f", "every": "1s", "features": [{ "name": "n", "aggregate": "count", "window": "30d" }] }""", "features/0/window")]
    [InlineData("""{ "entity": ["a"], "source": "features.v", "features": [{ "name": "n", "aggregate": "count", "window": "1h" }] }""", "source")]
    [InlineData("""{ "entity": ["a"], "source": "f", "features": [{ "name": "n", "agregate": "count", "window": "1h" }] }""", "features/0/agregate")]
    [InlineData("""{ "entity": [{ "nmae": "a", "column": "b" }], "source": "f", "features": [{ "name": "n", "aggregate": "count", "window": "1h" }] }""", "entity/0")]
    public async Task A_wrong_view_is_refused_at_its_path(string spec, string path)
    {
        await using var platform = await FeaturesTest.StartAsync();
        var document = new ResourceDocument(AssetKind.FeatureView, "v", JsonSerializer.Deserialize<JsonElement>(spec));
        var error = await Assert.ThrowsAsync<InvalidException>(() => platform.Get<IResources>().ApplyAsync(FeaturesTest.Ada, [document], ApplyMode.Apply));
        Assert.Contains(error.Errors.Keys.Append(error.Message), place => place.Contains(path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cycle_of_views_is_refused()
    {
        await using var platform = await FeaturesTest.StartAsync();
        ResourceDocument View(string name, string source) => new(AssetKind.FeatureView, name, JsonSerializer.SerializeToElement(
            new FeatureViewSpec([new("a", "a")], source, [new("n", Aggregate.Count, Window: SlowFeatures.Hour)]), LedgerJson.Options));
        var error = await Assert.ThrowsAsync<InvalidException>(() =>
            platform.Get<IResources>().ApplyAsync(FeaturesTest.Ada, [View("a", "features.b"), View("b", "features.a")], ApplyMode.Apply));
        Assert.Contains("feature-view/a", error.Message + string.Join(' ', error.Errors.Values), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entity_column_is_written_as_short_as_it_can_be_and_reads_back()
    {
        var json = JsonSerializer.Serialize(SlowFeatures.View() with { Entity = [new("airport", "origin"), new("carrier", "carrier")] }, LedgerJson.Options);
        Assert.Contains("""[{"name":"airport","column":"origin"},"carrier"]""", json, StringComparison.Ordinal);
        Assert.Equal([new("airport", "origin"), new EntityColumn("carrier", "carrier")], JsonSerializer.Deserialize<FeatureViewSpec>(json, LedgerJson.Options)!.Entity);
    }

    [Fact]
    public void A_feature_with_several_windows_is_several_features() =>
        Assert.Equal(["late_3h", "late_1d", "late_7d"],
            FeatureViewPlan.NamesOf(new("late", Aggregate.Mean, "late", Windows: [TimeSpan.FromHours(3), TimeSpan.FromDays(1), TimeSpan.FromDays(7)])));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(-1, -1, 0)]
    [InlineData(3_600_000_000, 1, 1)]
    [InlineData(-3_600_000_001, -2, -1)]
    public void An_instant_lies_between_the_tick_before_and_the_tick_after_it(long moment, long before, long after)
    {
        var clock = new Ticks(3_600_000_000);
        Assert.Equal((before, after), (clock.AtOrBefore(moment), clock.AtOrAfter(moment)));
    }
}
