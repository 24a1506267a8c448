using Orrery.Kernel;
using Orrery.Ledger.Assets.Promotion;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Workspaces;
using Orrery.Platform.Access;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Assets.Promotion;

public sealed class PromotionTests
{
    private static readonly Caller Bob = new(Caller.DefaultWorkspace, "user:bob", Role.Approver);
    private static readonly Caller Prod = new("prod", "user:cleo", Role.Editor);

    [Fact]
    public async Task A_version_that_was_offered_is_taken_with_its_content_and_its_origin()
    {
        await using var platform = await WithProdAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "flights"));
        var origin = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 1 }, run.Id, new Dictionary<string, string> { ["team"] = "ops" }) { Description = "Good" });
        await Promotions(platform).OfferAsync(Bob, origin.Ref, "prod");
        Assert.Equal(("default", origin.Ref), (await Promotions(platform).OffersAsync(Prod)).Select(offer => (offer.From, offer.Ref)).Single());
        var taken = await Promotions(platform).TakeAsync(Prod, "default", origin.Ref);

        Assert.Equal((1, origin.Digest, origin.Id, "user:cleo", "Good", "ops"), (taken.Number, taken.Digest, taken.Origin, taken.CreatedBy, taken.Description, taken.Tags["team"]));
        Assert.Equal(taken.Id, (await Promotions(platform).TakeAsync(Prod, "default", origin.Ref)).Id);
        var lineage = await platform.Get<ILineage>().WalkAsync(Prod, LineageNodeId.Of(taken.Id), LineageDirection.Upstream);
        Assert.Equal(["model/flights:1", "default: model/flights:1"], lineage.Nodes.Select(node => node.Label)); // and not the run behind it
        Assert.Equal(new LineageEdge(LineageNodeId.Of(origin.Id), LineageNodeId.Of(taken.Id), LineageRoles.Promoted), Assert.Single(lineage.Edges));
    }

    [Fact]
    public async Task What_was_not_offered_cannot_be_taken_nor_seen()
    {
        await using var platform = await WithProdAsync();
        var origin = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 1 }));
        var other = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 2 }));
        await Promotions(platform).OfferAsync(Bob, other.Ref, "prod");

        await Assert.ThrowsAsync<NotFoundException>(() => Promotions(platform).TakeAsync(Prod, "default", origin.Ref));
        await Assert.ThrowsAsync<NotFoundException>(() => Promotions(platform).TakeAsync(Prod with { Workspace = "default" }, "default", other.Ref));
        await Assert.ThrowsAsync<InvalidException>(() => Promotions(platform).TakeAsync(Prod, "default", AssetRef.Parse("model/flights")));
        Assert.Equal(ErrorCode.Forbidden, (await Assert.ThrowsAsync<OrreryException>(() => Promotions(platform).OfferAsync(Ada, origin.Ref, "prod"))).Code);
        await Assert.ThrowsAsync<NotFoundException>(() => Promotions(platform).OfferAsync(Bob, origin.Ref, "nowhere"));
        await Assert.ThrowsAsync<InvalidException>(() => Promotions(platform).OfferAsync(Bob, origin.Ref, "default"));
    }

    [Fact]
    public async Task Who_made_the_origin_cannot_approve_the_copy()
    {
        await using var platform = await WithProdAsync();
        var origin = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 1 }));
        await Promotions(platform).OfferAsync(Bob, origin.Ref, "prod");
        var taken = await Promotions(platform).TakeAsync(Prod, "default", origin.Ref);
        await platform.Get<IResources>().ApplyAsync(
            Prod, [new(AssetKind.Gate, "quality", System.Text.Json.JsonSerializer.SerializeToElement(new { rules = new[] { new { name = "approved", approvals = 1 } } }))], ApplyMode.Apply);
        var gates = platform.Get<IGates>();

        await Assert.ThrowsAsync<OrreryException>(() => gates.ApproveAsync(new("prod", "user:ada", Role.Approver), "quality", taken.Id, ""));
        await Assert.ThrowsAsync<OrreryException>(() => gates.ApproveAsync(Prod with { Role = Role.Approver }, "quality", taken.Id, ""));
        await gates.ApproveAsync(new("prod", "user:dora", Role.Approver), "quality", taken.Id, "");
    }

    private static async Task<TestPlatform> WithProdAsync()
    {
        var platform = await StartAsync();
        await platform.Get<IWorkspaces>().CreateAsync(Ada with { Role = Role.Admin }, "prod");
        return platform;
    }

    private static IPromotions Promotions(TestPlatform platform) => platform.Get<IPromotions>();
}
