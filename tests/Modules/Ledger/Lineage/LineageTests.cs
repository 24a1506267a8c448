using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Runs;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Lineage;

public sealed class LineageTests
{
    [Fact]
    public async Task A_prediction_leads_back_to_the_data_and_the_data_forward_to_the_prediction()
    {
        await using var platform = await StartAsync();
        var lineage = platform.Get<ILineage>();
        var raw = await AddAsync(platform, AssetKind.Dataset, "raw");
        var features = await StepAsync(platform, "materialize", [raw], AssetKind.Dataset, "features");
        var model = await StepAsync(platform, "train", [features], AssetKind.Model, "flights");
        var endpoint = LineageNodeId.Endpoint("flights");
        var alert = LineageNodeId.Signal("alerts", "a1");
        await lineage.LinkAsync(Ada, LineageNodeId.Of(model.Id), endpoint, "serves");
        await lineage.LinkAsync(Ada, endpoint, alert, "raised");
        await lineage.LinkAsync(Ada, endpoint, alert, "raised");

        var up = await lineage.WalkAsync(Ada, alert, LineageDirection.Upstream);
        Assert.Equal(["alerts#a1", "endpoint/flights", "model/flights:1", "train x", "dataset/features:1", "materialize x", "dataset/raw:1"], up.Nodes.Select(node => node.Label));
        Assert.Equal(6, up.Edges.Count);
        var down = await lineage.WalkAsync(Ada, LineageNodeId.Of(raw.Id), LineageDirection.Downstream);
        Assert.Equal(up.Nodes.Select(node => node.Id).Reverse(), down.Nodes.Select(node => node.Id));
        Assert.False(up.Truncated || down.Truncated);
    }

    [Fact]
    public async Task Both_ways_gives_ancestors_and_descendants_but_no_siblings()
    {
        await using var platform = await StartAsync();
        var raw = await AddAsync(platform, AssetKind.Dataset, "raw");
        var mine = await StepAsync(platform, "train", [raw], AssetKind.Model, "mine");
        await StepAsync(platform, "train", [raw], AssetKind.Model, "sibling");
        var report = await StepAsync(platform, "evaluate", [mine], AssetKind.Report, "report");

        var graph = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(mine.Id), LineageDirection.Both);
        Assert.Contains(LineageNodeId.Of(raw.Id), graph.Nodes.Select(node => node.Id));
        Assert.Contains(LineageNodeId.Of(report.Id), graph.Nodes.Select(node => node.Id));
        Assert.DoesNotContain("model/sibling:1", graph.Nodes.Select(node => node.Label));
    }

    [Fact]
    public async Task The_depth_bounds_the_walk_and_says_so()
    {
        await using var platform = await StartAsync();
        var version = await AddAsync(platform, AssetKind.Dataset, "d0");
        var first = version;
        for (var i = 1; i <= 4; i++)
            version = await StepAsync(platform, "copy", [version], AssetKind.Dataset, $"d{i}");

        var two = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(version.Id), LineageDirection.Upstream, 2);
        Assert.Equal((3, true), (two.Nodes.Count, two.Truncated));
        var all = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(version.Id), LineageDirection.Upstream, 8);
        Assert.Equal((9, false), (all.Nodes.Count, all.Truncated));
        Assert.Equal(LineageNodeId.Of(first.Id), all.Nodes[^1].Id);
    }

    [Fact]
    public async Task A_hub_is_cut_at_the_limit_of_nodes()
    {
        await using var platform = await StartAsync();
        var hub = LineageNodeId.Endpoint("hub");
        var now = platform.Get<TimeProvider>().GetUtcNow();
        await platform.Database.WriteAsync(transaction =>
        {
            for (var i = 0; i < LineageWalk.MaxNodes + 10; i++)
                LineageRows.Link(transaction, Ada, hub, LineageNodeId.Signal("predictions", $"{i}"), "made", now);
            return true;
        });
        var graph = await platform.Get<ILineage>().WalkAsync(Ada, hub, LineageDirection.Downstream);
        Assert.Equal((LineageWalk.MaxNodes, true), (graph.Nodes.Count, graph.Truncated));
        var known = graph.Nodes.Select(node => node.Id).ToHashSet();
        Assert.All(graph.Edges, edge => Assert.True(known.Contains(edge.From) && known.Contains(edge.To)));
    }

    [Fact]
    public async Task A_cycle_of_links_ends()
    {
        await using var platform = await StartAsync();
        var lineage = platform.Get<ILineage>();
        var (a, b) = (LineageNodeId.Endpoint("a"), LineageNodeId.Endpoint("b"));
        await lineage.LinkAsync(Ada, a, b, "feeds");
        await lineage.LinkAsync(Ada, b, a, "feeds");
        Assert.Equal(2, (await lineage.WalkAsync(Ada, a, LineageDirection.Both, 64)).Nodes.Count);
    }

    [Fact]
    public async Task The_parts_of_a_run_hang_below_it()
    {
        await using var platform = await StartAsync();
        var study = await platform.Runs().StartAsync(Ada, new("study", "s"));
        var trial = await platform.Runs().StartAsync(Ada, new("trial", "t", Parent: study.Id));
        var graph = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(trial.Id), LineageDirection.Upstream);
        Assert.Equal([new LineageEdge(LineageNodeId.Of(study.Id), LineageNodeId.Of(trial.Id), LineageRoles.Part)], graph.Edges);
    }

    [Theory]
    [InlineData("ingest", "week.parquet", "ingest week.parquet")]
    [InlineData("trial", "trial 3", "trial 3")]
    [InlineData("deploy", "deploy", "deploy")]
    [InlineData("train", "trainer", "train trainer")]
    public async Task A_run_is_called_by_kind_and_name_and_never_says_its_kind_twice(string kind, string name, string label)
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new(kind, name));
        var graph = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(run.Id), LineageDirection.Both);
        Assert.Equal(label, Assert.Single(graph.Nodes).Label);
    }

    [Fact]
    public async Task What_is_not_there_and_what_lies_in_another_workspace_is_not_found()
    {
        await using var platform = await StartAsync();
        var model = await AddAsync(platform, AssetKind.Model, "m");
        await Assert.ThrowsAsync<NotFoundException>(() => platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Endpoint("none"), LineageDirection.Both));
        await Assert.ThrowsAsync<NotFoundException>(() => platform.Get<ILineage>().WalkAsync(Ada with { Workspace = "other" }, LineageNodeId.Of(model.Id), LineageDirection.Both));
        await Assert.ThrowsAsync<InvalidException>(() => platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(model.Id), LineageDirection.Both, 65));
    }

    private static Task<AssetVersion> AddAsync(TestPlatform platform, AssetKind kind, string name) => platform.Assets().AddVersionAsync(Ada, new(kind, name, new { name }));

    private static async Task<AssetVersion> StepAsync(TestPlatform platform, string kind, AssetVersion[] inputs, AssetKind output, string name)
    {
        var run = await platform.Runs().StartAsync(Ada, new(kind, "x"));
        await platform.Runs().LogAsync(Ada, run.Id, new() { Inputs = [.. inputs.Select(input => new RunInput(input.Id, "input"))] });
        return await platform.Assets().AddVersionAsync(Ada, new(output, name, new { name }, run.Id));
    }
}
