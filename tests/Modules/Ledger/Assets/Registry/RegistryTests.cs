using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Assets.Registry;
using Orrery.Ledger.Lineage;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Assets.Registry;

public sealed class RegistryTests
{
    [Fact]
    public async Task An_asset_may_be_there_before_its_first_version()
    {
        await using var platform = await StartAsync();
        var made = await Registry(platform).CreateAsync(Ada, new(AssetKind.Model, "flights", "Delays", new Dictionary<string, string> { ["team"] = "ops" }));

        Assert.Equal((0, "Delays", "ops"), (made.LatestVersion, made.Description, made.Tags["team"]));
        var read = await platform.Assets().GetAssetAsync(Ada, AssetKind.Model, "flights");
        Assert.Equal((made.Id, "Delays", "ops"), (read.Id, read.Description, read.Tags["team"]));
        Assert.Contains("no version yet", (await Assert.ThrowsAsync<NotFoundException>(() => platform.Assets().GetAsync(Ada, AssetRef.Parse("model/flights")))).Message);
        Assert.Equal(1, (await AddAsync(platform, "a")).Number);
        await Assert.ThrowsAsync<ConflictException>(() => Registry(platform).CreateAsync(Ada, new(AssetKind.Model, "flights")));
    }

    [Fact]
    public async Task A_renamed_asset_keeps_versions_aliases_and_tags_and_leaves_its_name_free()
    {
        await using var platform = await StartAsync();
        var version = await AddAsync(platform, "a");
        await platform.Assets().SetAliasAsync(Ada, version.Ref, "champion");
        await Registry(platform).SetTagsAsync(Ada, AssetKind.Model, "flights", new Dictionary<string, string?> { ["team"] = "ops" });
        var renamed = await Registry(platform).RenameAsync(Ada, AssetKind.Model, "flights", "delays");

        Assert.Equal(("delays", "ops"), (renamed.Name, renamed.Tags["team"]));
        Assert.Equal(version.Id, (await platform.Assets().GetAsync(Ada, AssetRef.Parse("model/delays@champion"))).Id);
        Assert.Null(await platform.Assets().FindAsync(Ada, AssetRef.Parse("model/flights")));
        Assert.NotEqual(version.AssetId, (await AddAsync(platform, "b")).AssetId);
        await Assert.ThrowsAsync<ConflictException>(() => Registry(platform).RenameAsync(Ada, AssetKind.Model, "flights", "delays"));
        await Assert.ThrowsAsync<InvalidException>(() => Registry(platform).RenameAsync(Ada, AssetKind.Model, "flights", "a/b"));
    }

    [Fact]
    public async Task A_deleted_version_is_found_by_nothing_but_its_id_and_its_number_is_not_given_again()
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "flights"));
        await AddAsync(platform, "a");
        var second = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = "b" }, run.Id));
        await platform.Assets().SetAliasAsync(Ada, second.Ref, "champion");
        await Registry(platform).DeleteVersionAsync(Ada, second.Ref);

        Assert.Null(await platform.Assets().FindAsync(Ada, second.Ref));
        Assert.Null(await platform.Assets().FindAsync(Ada, AssetRef.Parse("model/flights@champion")));
        Assert.Equal(1, (await platform.Assets().GetAsync(Ada, AssetRef.Parse("model/flights"))).Number);
        Assert.Equal([1], (await platform.Assets().ListVersionsAsync(Ada, AssetKind.Model, "flights", new())).Items.Select(version => version.Number));
        Assert.NotNull((await platform.Assets().GetAsync(Ada, second.Id)).DeletedAt);
        var lineage = await platform.Get<ILineage>().WalkAsync(Ada, LineageNodeId.Of(run.Id), LineageDirection.Downstream);
        Assert.Contains(lineage.Nodes, node => node.Label == "model/flights:2");
        await Assert.ThrowsAsync<NotFoundException>(() => Registry(platform).DeleteVersionAsync(Ada, second.Ref));
        Assert.Equal(3, (await AddAsync(platform, "b")).Number);
    }

    [Fact]
    public async Task Deleting_the_latest_version_does_not_make_adding_its_content_again_return_it()
    {
        await using var platform = await StartAsync();
        var only = await AddAsync(platform, "a");
        await Registry(platform).DeleteVersionAsync(Ada, only.Ref);

        Assert.Equal(2, (await AddAsync(platform, "a")).Number);
    }

    [Fact]
    public async Task A_deleted_asset_is_gone_from_lists_and_another_takes_its_name_from_version_1_on()
    {
        await using var platform = await StartAsync();
        var before = await AddAsync(platform, "a");
        await Registry(platform).DeleteAsync(Ada, AssetKind.Model, "flights");

        Assert.Empty((await platform.Assets().ListAsync(Ada, AssetKind.Model, new())).Items);
        await Assert.ThrowsAsync<NotFoundException>(() => platform.Assets().GetAssetAsync(Ada, AssetKind.Model, "flights"));
        Assert.NotNull((await platform.Assets().GetAsync(Ada, before.Id)).DeletedAt);
        var after = await AddAsync(platform, "b");
        Assert.Equal(1, after.Number);
        Assert.NotEqual(before.AssetId, after.AssetId);
        await Registry(platform).DeleteAsync(Ada, AssetKind.Model, "flights");
        await Assert.ThrowsAsync<NotFoundException>(() => Registry(platform).DeleteAsync(Ada, AssetKind.Model, "flights"));
    }

    [Fact]
    public async Task Descriptions_stages_and_tags_change_and_the_digest_does_not()
    {
        await using var platform = await StartAsync();
        var first = await AddAsync(platform, "a");
        var second = await AddAsync(platform, "b");
        var described = await Registry(platform).DescribeVersionAsync(Ada, first.Ref, "The good one");
        await Registry(platform).SetStageAsync(Ada, first.Ref, VersionStage.Production, StageOthers.Keep);
        var promoted = await Registry(platform).SetStageAsync(Ada, second.Ref, VersionStage.Production, StageOthers.Archive);

        Assert.Equal(("The good one", first.Digest), (described.Description, described.Digest));
        Assert.True(described.UpdatedAt > first.UpdatedAt);
        Assert.Equal((VersionStage.Production, VersionStage.Archived), (promoted.Stage, (await platform.Assets().GetAsync(Ada, first.Ref)).Stage));
        await Registry(platform).SetTagsAsync(Ada, AssetKind.Model, "flights", new Dictionary<string, string?> { ["a"] = "1", ["b"] = "" });
        await Registry(platform).SetTagsAsync(Ada, AssetKind.Model, "flights", new Dictionary<string, string?> { ["a"] = null });
        Assert.Equal(new Dictionary<string, string> { ["b"] = "" }, (await platform.Assets().GetAssetAsync(Ada, AssetKind.Model, "flights")).Tags);
    }

    [Fact]
    public async Task The_same_content_becomes_another_version_where_that_is_asked_for()
    {
        await using var platform = await StartAsync();
        var content = new NewVersion(AssetKind.Model, "flights", new { content = "a" }) { SameContent = SameContent.AddAnother, Source = "runs:/x/model", SourceRun = "x" };
        var versions = new[] { await platform.Assets().AddVersionAsync(Ada, content), await platform.Assets().AddVersionAsync(Ada, content) };

        Assert.Equal([1, 2], versions.Select(version => version.Number));
        var read = await platform.Assets().GetAsync(Ada, versions[1].Ref);
        Assert.Equal(("runs:/x/model", "x", versions[0].Digest), (read.Source, read.SourceRun, read.Digest));
    }

    private static IRegistry Registry(TestPlatform platform) => platform.Get<IRegistry>();

    private static Task<AssetVersion> AddAsync(TestPlatform platform, string content) =>
        platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content }));
}
