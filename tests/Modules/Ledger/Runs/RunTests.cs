using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Blobs;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Runs;

public sealed class RunTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_run_keeps_what_was_logged_and_the_last_value_of_each_metric()
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "flights", "experiments", Seed: 7, Parameters: new Dictionary<string, string> { ["leaves"] = "31" }));
        var picture = await platform.Blobs.PutAsync("<svg/>"u8.ToArray());
        await platform.Runs().LogAsync(Ada, run.Id, new()
        {
            Metrics = [new("auc", 0.8, 2, Noon), new("auc", 0.7, 1, Noon), new("loss", double.NaN, 0, Noon)],
            Artifacts = [new("plots/roc.svg", picture, "image/svg+xml")],
            Tags = new Dictionary<string, string> { ["team"] = "ops" },
        });
        await platform.Runs().LogAsync(Ada, run.Id, new() { Metrics = [new("auc", 0.1, 1, Noon.AddHours(1))] });
        await platform.Runs().FinishAsync(Ada, run.Id, RunStatus.Finished);
        await platform.Runs().FinishAsync(Ada, run.Id, RunStatus.Failed, "too late");

        var read = await platform.Runs().GetAsync(Ada, run.Id);
        Assert.Equal((RunStatus.Finished, null, 7L), (read.Status, read.Error, read.Seed));
        Assert.Equal("31", read.Parameters["leaves"]);
        Assert.Equal(0.8, read.Metrics["auc"]);
        Assert.True(double.IsNaN(read.Metrics["loss"]));
        Assert.Equal("ops", read.Tags["team"]);
        Assert.NotNull(read.EndedAt);
        Assert.StartsWith(".NET", read.Environment.Runtime, StringComparison.Ordinal);
        Assert.Equal([0.7, 0.1, 0.8], (await platform.Runs().MetricHistoryAsync(Ada, run.Id, "auc")).Select(point => point.Value));
        Assert.Equal(new RunArtifact("plots/roc.svg", picture, "image/svg+xml"), Assert.Single(await platform.Runs().ArtifactsAsync(Ada, run.Id)));
    }

    [Fact]
    public async Task A_log_with_one_fault_adds_nothing()
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "flights", Parameters: new Dictionary<string, string> { ["leaves"] = "31" }));
        await Assert.ThrowsAsync<ConflictException>(() => platform.Runs().LogAsync(Ada, run.Id, new()
        {
            Parameters = new Dictionary<string, string> { ["depth"] = "3", ["leaves"] = "63" },
            Tags = new Dictionary<string, string> { ["a"] = "b" },
            Metrics = [new("auc", 1, 0, Noon)],
        }));
        await Assert.ThrowsAsync<NotFoundException>(() => platform.Runs().LogAsync(Ada, run.Id, new()
        {
            Tags = new Dictionary<string, string> { ["a"] = "b" },
            Inputs = [new(VersionId.New(Noon), "training-set")],
        }));

        var read = await platform.Runs().GetAsync(Ada, run.Id);
        Assert.Equal(("31", 1), (read.Parameters["leaves"], read.Parameters.Count));
        Assert.Empty(read.Tags);
        Assert.Empty(read.Metrics);
    }

    [Fact]
    public async Task A_long_course_of_a_metric_comes_back_whole()
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "long"));
        const int points = 20_000;
        await platform.Runs().LogAsync(Ada, run.Id, new() { Metrics = [.. Enumerable.Range(0, points).Select(i => new MetricPoint("loss", 1.0 / (i + 1), i, Noon.AddSeconds(i)))] });

        var history = await platform.Runs().MetricHistoryAsync(Ada, run.Id, "loss");
        Assert.Equal(points, history.Count);
        Assert.Equal(new MetricPoint("loss", 1.0 / 12_346, 12_345, Noon.AddSeconds(12_345)), history[12_345]);
        Assert.Equal(1.0 / points, (await platform.Runs().GetAsync(Ada, run.Id)).Metrics["loss"]);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_by_all_conditions()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Noon);
        await using var platform = await StartAsync(time: time);
        var parent = await platform.Runs().StartAsync(Ada, new("study", "s"));
        var trials = new List<RunId>();
        for (var i = 0; i < 5; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            trials.Add((await platform.Runs().StartAsync(Ada, new("trial", $"t{i}", "tuning", parent.Id))).Id);
        }

        await platform.Runs().FinishAsync(Ada, trials[2], RunStatus.Failed, "no");
        var page = await platform.Runs().ListAsync(Ada, new(Parent: parent.Id), new(3));
        var rest = await platform.Runs().ListAsync(Ada, new(Parent: parent.Id), new(3, page.Next));
        Assert.Equal(Enumerable.Reverse(trials), page.Items.Concat(rest.Items).Select(run => run.Id));
        Assert.Null(rest.Next);
        Assert.Equal(trials[2], Assert.Single((await platform.Runs().ListAsync(Ada, new("trial", "tuning", Status: RunStatus.Failed), new())).Items).Id);
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("c:x")]
    [InlineData(".")]
    [InlineData("a/..")]
    [InlineData("")]
    public async Task An_artifact_path_that_leaves_the_run_is_refused(string path)
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "x"));
        await Assert.ThrowsAsync<InvalidException>(() => platform.Runs().LogAsync(Ada, run.Id, new() { Artifacts = [new(path, new Blob(Digest.Of("x"), 1), "text/plain")] }));
    }
}
