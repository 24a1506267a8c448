using System.Globalization;
using System.Text.RegularExpressions;
using Orrery.Hosts.Tests.Web;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Server.Telemetry;

[Collection(nameof(Pages))]
public sealed partial class MetricsTests(Servers servers)
{
    [Fact]
    public async Task Every_metric_of_ours_is_in_the_guide()
    {
        var guide = await File.ReadAllTextAsync(Repository.Path("docs/guides/observability.md"));
        var documented = Documented().Matches(guide).Select(row => row.Groups[1].Value.Replace('.', '_')).ToList();
        var families = (await ScrapeAsync()).Split('\n').Where(line => line.StartsWith("# TYPE orrery_", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();
        Assert.NotEmpty(families);
        // Prometheus appends the unit and, for counters, "total".
        Assert.All(families, family => Assert.Contains(documented, name => Regex.IsMatch(family, $"^{name}(_[a-z]+)?(_total)?$")));
    }

    [Theory]
    [InlineData("orrery_serving_requests_total", "endpoint=\"deliveries\"")]
    [InlineData("orrery_monitoring_outcomes_total", "endpoint=\"deliveries\"")]
    [InlineData("orrery_features_read_seconds_count", "service=\"deliveries\"")]
    [InlineData("orrery_features_updates_total", "view=\"depots\"")]
    [InlineData("orrery_commit_size_count", "store=\"database\"")]
    [InlineData("orrery_commit_size_count", "store=\"keyvalues\"")]
    [InlineData("orrery_commit_size_count", "store=\"signals\"")]
    [InlineData("orrery_commit_duration_seconds_count", "store=\"database\"")]
    public async Task What_a_living_server_does_is_counted(string metric, string tag) => Assert.True(Value(await ScrapeAsync(), metric, tag) > 0);

    [Fact]
    public async Task How_fresh_features_are_is_told_at_every_scrape()
    {
        for (var scrape = 0; scrape < 2; scrape++)
        {
            var tick = DateTimeOffset.FromUnixTimeSeconds((long)Value(await ScrapeAsync(), "orrery_features_tick_seconds", "view=\"depots\""));
            // The orders end 3,000 quarters of an hour after the new year; the last tick is a whole one before what then was known.
            Assert.InRange(tick, new(2024, 1, 31, 0, 0, 0, TimeSpan.Zero), new(2024, 2, 2, 0, 0, 0, TimeSpan.Zero));
        }
    }

    [Fact]
    public async Task Writes_that_wait_are_told_of_every_store_that_is_open() => Assert.True(Value(await ScrapeAsync(), "orrery_commit_waiting", "store=\"database\"") >= 0);

    private Task<string> ScrapeAsync() => servers.Lived.Http.GetStringAsync("/metrics");

    private static double Value(string scraped, string metric, string tag)
    {
        var line = scraped.Split('\n').FirstOrDefault(line => line.StartsWith(metric + "{", StringComparison.Ordinal) && line.Contains(tag, StringComparison.Ordinal));
        Assert.True(line is not null, $"{metric} with {tag} is not among\n{string.Join('\n', scraped.Split('\n').Where(l => l.StartsWith("orrery_", StringComparison.Ordinal) && !l.Contains("_bucket")))}");
        // metric{tags} value timestamp
        return double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^\| `(orrery\.[a-z.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Documented();
}
