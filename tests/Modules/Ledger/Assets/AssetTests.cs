using LinqToDB;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Lineage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Assets;

public sealed class AssetTests
{
    private sealed record Manifest(string Content, int Rows);

    [Fact]
    public async Task Versions_are_numbered_from_one_and_read_back_as_they_were_written()
    {
        await using var platform = await StartAsync();
        var first = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Dataset, "flights", new Manifest("a", 1), Tags: new Dictionary<string, string> { ["stage"] = "raw" }));
        var second = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Dataset, "flights", new Manifest("b", 2)));

        Assert.Equal((1, 2), (first.Number, second.Number));
        var read = await platform.Assets().GetAsync(Ada, AssetRef.Parse("dataset/flights:1"));
        Assert.Equal(new Manifest("a", 1), read.Read<Manifest>());
        Assert.Equal("raw", read.Tags["stage"]);
        Assert.Equal(first.CreatedAt, read.CreatedAt);
        Assert.Equal("user:ada", read.CreatedBy);
        Assert.Equal(2, (await platform.Assets().GetAsync(Ada, AssetRef.Parse("dataset/flights"))).Number);
        Assert.Equal(second.Id, (await platform.Assets().GetAsync(Ada, second.Id)).Id);
    }

    [Fact]
    public async Task A_manifest_of_another_kind_is_refused_when_it_is_read()
    {
        await using var platform = await StartAsync();
        var version = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Dataset, "flights", new { rows = "many" }));
        var refusal = Assert.Throws<InvalidException>(() => version.Read<Manifest>());
        Assert.Contains("dataset/flights:1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Adding_the_content_of_the_latest_again_returns_it_and_still_records_the_run()
    {
        await using var platform = await StartAsync();
        var first = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Dataset, "flights", new Manifest("a", 1)));
        var run = await platform.Runs().StartAsync(Ada, new("ingest", "again"));
        var again = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Dataset, "flights", new { rows = 1.0, content = "a" }, run.Id));

        Assert.Equal(first.Id, again.Id);
        var graph = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(first.Id), LineageDirection.Upstream);
        Assert.Contains(new LineageEdge(LineageNodeId.Of(run.Id), LineageNodeId.Of(first.Id), LineageRoles.Output), graph.Edges);
    }

    [Fact]
    public async Task Going_back_to_earlier_content_makes_it_the_latest_again()
    {
        await using var platform = await StartAsync();
        var versions = new List<AssetVersion>();
        foreach (var content in new[] { "a", "b", "a", "a" })
            versions.Add(await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Dataset, "flights", new Manifest(content, 1))));

        Assert.Equal([1, 2, 3, 3], versions.Select(version => version.Number));
        Assert.Equal(versions[0].Digest, versions[2].Digest);
        Assert.Equal(3, (await platform.Assets().GetAsync(Ada, AssetRef.Parse("dataset/flights"))).Number);
    }

    [Fact]
    public async Task Concurrent_adds_of_one_name_get_all_numbers_without_gap_or_double()
    {
        await using var platform = await StartAsync();
        const int writers = 64;
        var versions = await Task.WhenAll(Enumerable.Range(0, writers).Select(i =>
            Task.Run(() => platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "m", new Manifest("content", i % 48))))));

        var byNumber = versions.DistinctBy(version => version.Number).OrderBy(version => version.Number).ToList();
        Assert.Equal(Enumerable.Range(1, byNumber.Count), byNumber.Select(version => version.Number));
        Assert.All(versions, version => Assert.Equal(byNumber[version.Number - 1].Digest, version.Digest));
        Assert.All(byNumber.Zip(byNumber.Skip(1)), pair => Assert.NotEqual(pair.First.Digest, pair.Second.Digest));
        Assert.Null((await platform.Get<IAudit>().VerifyAsync()).FirstBroken);
    }

    [Fact]
    public async Task A_write_that_fails_leaves_no_version_no_edge_and_no_audit_record()
    {
        await using var platform = await StartAsync();
        var unknown = RunId.New(TimeProvider.System.GetUtcNow());
        await Assert.ThrowsAsync<NotFoundException>(() => platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "m", new Manifest("a", 1), unknown)));
        // The version and its record are written, and then the same transaction fails.
        var writer = platform.Get<VersionWriter>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => platform.Database.WriteAsync(transaction =>
        {
            writer.Add(transaction, Ada, VersionContent.Of(new(AssetKind.Model, "m", new Manifest("a", 1))));
            throw new InvalidOperationException("late");
        }));

        Assert.Null(await platform.Assets().FindAsync(Ada, AssetRef.Parse("model/m")));
        Assert.Empty((await platform.Assets().ListAsync(Ada, null, new())).Items);
        Assert.Equal(0, (await platform.Get<IAudit>().VerifyAsync()).Records);
    }

    [Fact]
    public async Task An_alias_moves_and_says_where_it_pointed_before()
    {
        await using var platform = await StartAsync();
        for (var i = 0; i < 2; i++)
            await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new Manifest("m", i)));
        Assert.Null(await platform.Assets().SetAliasAsync(Ada, AssetRef.Parse("model/flights:1"), "champion"));
        var before = await platform.Assets().SetAliasAsync(Ada, AssetRef.Parse("model/flights"), "champion");

        Assert.Equal(1, before!.Number);
        Assert.Equal(2, (await platform.Assets().GetAsync(Ada, AssetRef.Parse("model/flights@champion"))).Number);
        Assert.Equal(2, (await platform.Assets().ListAsync(Ada, AssetKind.Model, new())).Items.Single().Aliases["champion"]);
        await platform.Assets().DeleteAliasAsync(Ada, AssetKind.Model, "flights", "champion");
        Assert.Null(await platform.Assets().FindAsync(Ada, AssetRef.Parse("model/flights@champion")));
    }

    [Fact]
    public async Task What_is_missing_is_named_with_what_was_probably_meant()
    {
        await using var platform = await StartAsync();
        await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new Manifest("m", 1)));
        await platform.Assets().SetAliasAsync(Ada, AssetRef.Parse("model/flights"), "champion");

        Assert.Contains("Did you mean 'flights'?", (await Assert.ThrowsAsync<NotFoundException>(() => platform.Assets().GetAsync(Ada, AssetRef.Parse("model/flihgts")))).Message);
        Assert.Contains("it has champion", (await Assert.ThrowsAsync<NotFoundException>(() => platform.Assets().GetAsync(Ada, AssetRef.Parse("model/flights@champ")))).Message);
        Assert.Contains("the latest is 1", (await Assert.ThrowsAsync<NotFoundException>(() => platform.Assets().GetAsync(Ada, AssetRef.Parse("model/flights:9")))).Message);
    }

    [Fact]
    public async Task Workspaces_do_not_see_each_other()
    {
        await using var platform = await StartAsync();
        var version = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new Manifest("m", 1)));
        await platform.Get<Workspaces.IWorkspaces>().CreateAsync(Ada with { Role = Role.Admin }, "other");
        var elsewhere = Ada with { Workspace = "other" };

        Assert.Null(await platform.Assets().FindAsync(elsewhere, AssetRef.Parse("model/flights")));
        await Assert.ThrowsAsync<NotFoundException>(() => platform.Assets().GetAsync(elsewhere, version.Id));
        await Assert.ThrowsAsync<NotFoundException>(() => platform.Assets().AddVersionAsync(Ada with { Workspace = "nowhere" }, new(AssetKind.Model, "m", new Manifest("m", 1))));
    }

    [Fact]
    public async Task Lists_are_paged_without_loss_or_repetition()
    {
        await using var platform = await StartAsync();
        foreach (var name in Enumerable.Range(0, 23).Select(i => $"m{i:00}"))
        {
            await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, name, new Manifest(name, 1)));
            await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Report, name, new Manifest(name, 1)));
        }

        var seen = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await platform.Assets().ListAsync(Ada, null, new(7, cursor));
            seen.AddRange(page.Items.Select(asset => $"{asset.Name} {asset.Kind}"));
            if ((cursor = page.Next) is null)
                break;
        }

        Assert.Equal(46, seen.Count);
        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
        await Assert.ThrowsAsync<InvalidException>(() => platform.Assets().ListAsync(Ada, null, new(7, "nonsense!")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("a:1")]
    [InlineData("a\nb")]
    public async Task A_name_that_no_reference_could_write_is_refused(string name)
    {
        await using var platform = await StartAsync();
        await Assert.ThrowsAsync<InvalidException>(() => platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, name, new Manifest("m", 1))));
    }

    [Fact]
    public async Task Tags_are_set_and_removed()
    {
        await using var platform = await StartAsync();
        var version = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "m", new Manifest("m", 1), Tags: new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }));
        await platform.Assets().SetTagsAsync(Ada, version.Id, new Dictionary<string, string?> { ["a"] = null, ["c"] = "3" });

        Assert.Equal([new("b", "2"), new("c", "3")], (await platform.Assets().GetAsync(Ada, version.Id)).Tags.OrderBy(tag => tag.Key));
    }
}
