using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Runs.Datasets;
using Orrery.Platform.Access;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Search;

public sealed class RunSearchTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("metrics.auc > 0.5", "b c")]
    [InlineData("metrics.auc != 0.75", "a c d")]
    [InlineData("metrics.auc IS NULL", "e")]
    [InlineData("metrics.auc IS NOT NULL AND metrics.loss >= 1", "b d")]
    [InlineData("metrics.unheard > 0", "")]
    [InlineData("metrics.auc <= 0.75 AND params.lr = '0.1'", "a b")]
    [InlineData("params.lr != '0.1'", "c")]
    [InlineData("params.lr LIKE '0._' AND tags.team = 'Ops'", "a")]
    [InlineData("tags.team LIKE 'o%'", "b")]
    [InlineData("tags.team ILIKE 'o%'", "a b")]
    [InlineData("tags.team LIKE '*'", "")]
    [InlineData("tags.team NOT IN ('ops', 'x')", "a")]
    [InlineData("tags.team IS NULL", "c d e")]
    [InlineData("run_name IN ('a', 'e')", "a e")]
    [InlineData("status = 'KILLED'", "c")]
    [InlineData("status != 'RUNNING'", "c d")]
    [InlineData("start_time > 1767268801000 AND start_time <= 1767268803000", "c d")]
    [InlineData("datasets.name = 'flights' AND dataset.context = 'training'", "d")]
    [InlineData("params.`p'; DROP TABLE runs --` = 'x'", "")]
    public async Task A_filter_finds_what_it_says(string filter, string expected)
    {
        await using var platform = await FiveRunsAsync();
        var found = await platform.Runs().SearchAsync(Ada, new(filter, ["run_name"]));
        Assert.Equal(expected, string.Join(' ', found.Items.Select(run => run.Name)));
        Assert.Equal(found.Items.Count, await platform.Runs().CountAsync(Ada, new(filter)));
    }

    [Fact]
    public async Task A_search_may_begin_in_the_middle_and_counts_all_that_it_found()
    {
        await using var platform = await FiveRunsAsync();
        foreach (var order in new[] { "metrics.auc", "metrics.auc DESC", "start_time" })
        {
            var all = (await platform.Runs().SearchAsync(Ada, new(OrderBy: [order], Folders: [0]))).Items;
            for (var skip = 0; skip <= all.Count; skip++)
                Assert.Equal(all.Skip(skip).Take(2).Select(run => run.Id), (await platform.Runs().SearchAsync(Ada, new(OrderBy: [order], Folders: [0], Limit: 2, Skip: skip))).Items.Select(run => run.Id));
        }

        Assert.Equal(5, await platform.Runs().CountAsync(Ada, new(Limit: 1)));
        Assert.Equal(0, await platform.Runs().CountAsync(Ada, new(Folders: [99])));
        await Assert.ThrowsAsync<InvalidException>(() => platform.Runs().SearchAsync(Ada, new(Skip: -1)));
        await Assert.ThrowsAsync<InvalidException>(() => platform.Runs().SearchAsync(Ada, new(Skip: 1, Cursor: PageCursor.Of("1"))));
        await Assert.ThrowsAsync<InvalidException>(() => platform.Runs().CountAsync(Ada, new("metrics.a >>> 1")));
    }

    [Theory]
    [InlineData("metrics.auc", "a b c d e")] // 0.25, 0.75, infinity; then NaN, then nothing
    [InlineData("metrics.auc DESC", "c b a d e")]
    [InlineData("params.lr DESC", "c b a e d")] // among equals and among those without, the newest first
    [InlineData("tags.team", "a b e d c")]
    [InlineData("end_time DESC", "d c e b a")]
    [InlineData("start_time", "a b c d e")]
    [InlineData("", "e d c b a")]
    public async Task Runs_come_in_the_order_asked_for(string order, string expected)
    {
        await using var platform = await FiveRunsAsync();
        string[] clauses = order.Length == 0 ? [] : [order];
        var all = await platform.Runs().SearchAsync(Ada, new(OrderBy: clauses, Folders: [0]));
        Assert.Equal(expected, string.Join(' ', all.Items.Select(run => run.Name)));

        var paged = new List<string>();
        for (var page = await platform.Runs().SearchAsync(Ada, new(OrderBy: clauses, Folders: [0], Limit: 2)); ;
            page = await platform.Runs().SearchAsync(Ada, new(OrderBy: clauses, Folders: [0], Limit: 2, Cursor: page.Next)))
        {
            paged.AddRange(page.Items.Select(run => run.Name));
            if (page.Next is null)
                break;
        }

        Assert.Equal(expected, string.Join(' ', paged));
    }

    /// <summary>The three ways to a page (from few, along a metric, over all) against sorting in memory.</summary>
    [Fact]
    public async Task Whichever_way_is_taken_the_page_is_the_same()
    {
        await using var platform = await StartAsync();
        var random = new Random(7);
        var runs = new List<(string Name, double A, double B)>();
        for (var i = 0; i < 2600; i++)
            runs.Add(($"r{i:0000}", Math.Round(random.NextDouble(), 2), random.NextDouble()));
        await Task.WhenAll(runs.Select(async run =>
        {
            var started = await platform.Runs().StartAsync(Ada, new("train", run.Name));
            await platform.Runs().LogAsync(Ada, started.Id, new() { Metrics = [new("a", run.A, 0, Noon), new("b", run.B, 0, Noon)] });
        }));

        // More than 2,000 meet the first, so the page is read along b or over all; few meet the second.
        foreach (var least in (double[])[0.1, 0.95])
        {
            var expected = runs.Where(run => run.A >= least).OrderByDescending(run => run.B).Take(20).Select(run => run.Name);
            var along = await platform.Runs().SearchAsync(Ada, new($"metrics.a >= {least}", ["metrics.b DESC"], [0], Limit: 20));
            var overAll = await platform.Runs().SearchAsync(Ada, new($"metrics.a >= {least}", ["metrics.b DESC", "run_name"], Limit: 20));
            Assert.Equal(expected, along.Items.Select(run => run.Name));
            Assert.Equal(expected, overAll.Items.Select(run => run.Name));
        }

        var ranged = await platform.Runs().SearchAsync(Ada, new("metrics.a > 0.1 AND metrics.a < 0.9", ["metrics.a"], [0], Limit: 5));
        Assert.All(ranged.Items, run => Assert.Equal(0.11, run.Metrics["a"]));
    }

    [Fact]
    public async Task Deleted_runs_and_other_workspaces_are_found_only_by_who_asks_for_them()
    {
        await using var platform = await FiveRunsAsync();
        var first = (await platform.Runs().SearchAsync(Ada, new("run_name = 'a'"))).Items[0];
        await platform.Runs().DeleteAsync(Ada, first.Id);
        Assert.Equal(4, (await platform.Runs().SearchAsync(Ada, new())).Items.Count);
        Assert.Equal("a", Assert.Single((await platform.Runs().SearchAsync(Ada, new(Stage: Lifecycle.Deleted))).Items).Name);
        Assert.Equal(5, (await platform.Runs().SearchAsync(Ada, new(Stage: null))).Items.Count);
        await Assert.ThrowsAsync<PreconditionFailedException>(() => platform.Runs().LogAsync(Ada, first.Id, new() { Metrics = [new("auc", 1, 0, Noon)] }));
        await platform.Runs().RestoreAsync(Ada, first.Id);
        Assert.Equal(5, (await platform.Runs().SearchAsync(Ada, new())).Items.Count);
        Assert.Empty((await platform.Runs().SearchAsync(new Caller("elsewhere", "user:eve", Role.Admin), new(Stage: null))).Items);
    }

    private static async Task<TestPlatform> FiveRunsAsync()
    {
        var platform = await StartAsync();
        var runs = platform.Runs();
        await AddAsync("a", 0, new() { Metrics = [At("auc", 0.25), At("loss", 0.5)], Parameters = Of("lr", "0.1"), Tags = Of("team", "Ops") });
        await AddAsync("b", 1, new() { Metrics = [At("auc", 0.75), At("loss", 1)], Parameters = Of("lr", "0.1"), Tags = Of("team", "ops") });
        var c = await AddAsync("c", 2, new() { Metrics = [At("auc", double.PositiveInfinity)], Parameters = Of("lr", "0.25") });
        var d = await AddAsync("d", 3, new()
        {
            Metrics = [At("auc", double.NaN), At("loss", 2)],
            Datasets = [new("flights", "abc", "local", "{}", null, null, [new(RunDataset.ContextTag, "training")])],
        });
        await AddAsync("e", 4, new());
        await runs.FinishAsync(Ada, c, RunStatus.Cancelled, endedAt: Noon.AddHours(1));
        await runs.FinishAsync(Ada, d, RunStatus.Finished, endedAt: Noon.AddHours(2));
        return platform;

        async Task<RunId> AddAsync(string name, int second, RunLog log)
        {
            var run = await runs.StartAsync(Ada, new("train", name) { StartedAt = Noon.AddSeconds(second) });
            await runs.LogAsync(Ada, run.Id, log);
            return run.Id;
        }
    }

    private static MetricPoint At(string key, double value) => new(key, value, 0, Noon);

    private static Dictionary<string, string> Of(string key, string value) => new() { [key] = value };
}
