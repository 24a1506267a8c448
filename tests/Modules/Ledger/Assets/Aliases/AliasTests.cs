using Orrery.Kernel;
using Orrery.Ledger.Assets.Aliases;
using Orrery.Ledger.Assets.Registry;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Assets.Aliases;

public sealed class AliasTests
{
    private static readonly Caller Bob = new(Caller.DefaultWorkspace, "user:bob", Role.Approver);
    private static readonly Caller Cleo = new(Caller.DefaultWorkspace, "user:cleo", Role.Approver);

    [Fact]
    public async Task Rolling_back_goes_one_setting_further_each_time_and_never_forth()
    {
        await using var platform = await StartAsync();
        await VersionsAsync(platform, 4);
        foreach (var version in new[] { 1, 2, 3 })
            await SetAsync(platform, Ada, version);

        Assert.Equal(2, (await RollBackAsync(platform, Ada)).To);
        await SetAsync(platform, Ada, 4);
        Assert.Equal([2, 1], [(await RollBackAsync(platform, Ada)).To, (await RollBackAsync(platform, Ada)).To]);
        Assert.Equal(1, await PointedAsync(platform));
        var refusal = await Assert.ThrowsAsync<PreconditionFailedException>(() => RollBackAsync(platform, Ada));
        Assert.Contains("pointed at no other version", refusal.Message);
    }

    [Fact]
    public async Task Rolling_back_passes_over_a_version_that_was_deleted()
    {
        await using var platform = await StartAsync();
        await VersionsAsync(platform, 3);
        foreach (var version in new[] { 1, 2, 3 })
            await SetAsync(platform, Ada, version);
        await platform.Get<IRegistry>().DeleteVersionAsync(Ada, AssetRef.Parse("model/flights:2"));

        Assert.Equal(1, (await RollBackAsync(platform, Ada)).To);
    }

    [Fact]
    public async Task Every_move_is_kept_with_who_made_it()
    {
        await using var platform = await StartAsync();
        await VersionsAsync(platform, 2);
        await SetAsync(platform, Ada, 1);
        await SetAsync(platform, Bob, 2);
        await SetAsync(platform, Bob, 2); // it points there already
        await RollBackAsync(platform, Cleo);
        await platform.Assets().DeleteAliasAsync(Ada, AssetKind.Model, "flights", "champion");

        var moves = (await platform.Get<IAliases>().HistoryAsync(Ada, AssetKind.Model, "flights", "champion", new())).Items;
        Assert.Equal(
            [(1, null, AliasMoveReason.Removed, "user:ada"), (2, 1, AliasMoveReason.RolledBack, "user:cleo"), (1, 2, AliasMoveReason.Set, "user:bob"), (null, 1, AliasMoveReason.Set, "user:ada")],
            moves.Select(move => (move.From, move.To, move.Reason, move.MovedBy)));
        var page = await platform.Get<IAliases>().HistoryAsync(Ada, AssetKind.Model, "flights", null, new(3));
        var rest = await platform.Get<IAliases>().HistoryAsync(Ada, AssetKind.Model, "flights", null, new(3, page.Next));
        Assert.Equal((3, 1), (page.Items.Count, rest.Items.Count));
        var actions = (await platform.Get<IAudit>().ListAsync(Ada, "model/flights@champion", new())).Items.Select(record => (record.Action, record.Detail));
        Assert.Equal([("alias.deleted", "was 1"), ("alias.rolled-back", "1 (was 2)"), ("alias.set", "2 (was 1)"), ("alias.set", "1")], actions);
    }

    [Fact]
    public async Task A_protected_alias_points_only_at_what_its_gate_let_through_and_others_approved()
    {
        await using var platform = await ProtectedAsync(approvals: 1);
        var version = await platform.Assets().GetAsync(Ada, AssetRef.Parse("model/flights:2"));

        Assert.Contains("has not judged", (await RefusedAsync(platform)).Message);
        await JudgeAsync(platform, 0.6);
        Assert.Contains("did not pass: good enough", (await RefusedAsync(platform)).Message);
        await JudgeAsync(platform, 0.8);
        Assert.Contains("needs 1 approvals", (await RefusedAsync(platform)).Message);
        await Assert.ThrowsAsync<OrreryException>(() => platform.Get<IGates>().ApproveAsync(Ada with { Role = Role.Approver }, "quality", version.Id, "mine"));
        await platform.Get<IGates>().ApproveAsync(Bob, "quality", version.Id, "looks right");
        await SetAsync(platform, Ada, 2);

        Assert.Equal(2, await PointedAsync(platform));
    }

    [Fact]
    public async Task A_verdict_by_older_rules_does_not_open_a_protected_alias()
    {
        await using var platform = await ProtectedAsync(approvals: 0);
        await JudgeAsync(platform, 0.8);
        await DeclareGateAsync(platform, atLeast: 0.9);

        Assert.Contains("it is at 2 by now", (await RefusedAsync(platform)).Message);
    }

    [Fact]
    public async Task A_later_failure_takes_back_what_an_earlier_pass_allowed()
    {
        await using var platform = await ProtectedAsync(approvals: 0);
        await JudgeAsync(platform, 0.8);
        await JudgeAsync(platform, 0.1);

        await RefusedAsync(platform);
    }

    [Fact]
    public async Task A_protected_alias_cannot_be_removed_nor_its_version_nor_its_asset()
    {
        await using var platform = await ProtectedAsync(approvals: 0);
        await JudgeAsync(platform, 0.8);
        await SetAsync(platform, Ada, 2);
        var registry = platform.Get<IRegistry>();

        await Assert.ThrowsAsync<PreconditionFailedException>(() => platform.Assets().DeleteAliasAsync(Ada, AssetKind.Model, "flights", "champion"));
        await Assert.ThrowsAsync<PreconditionFailedException>(() => registry.DeleteVersionAsync(Ada, AssetRef.Parse("model/flights:2")));
        await Assert.ThrowsAsync<PreconditionFailedException>(() => registry.DeleteAsync(Ada, AssetKind.Model, "flights"));
        Assert.Equal(2, await PointedAsync(platform));
        await platform.Get<IAliases>().UnprotectAsync(Bob, AssetKind.Model, "flights", "champion");
        await registry.DeleteVersionAsync(Ada, AssetRef.Parse("model/flights:2"));
    }

    [Fact]
    public async Task Only_an_approver_protects_unprotects_and_rolls_a_protected_alias_back()
    {
        await using var platform = await StartAsync();
        await VersionsAsync(platform, 2);
        await SetAsync(platform, Ada, 1);
        await SetAsync(platform, Ada, 2);
        await DeclareGateAsync(platform, 0.7);
        var aliases = platform.Get<IAliases>();

        Assert.Equal(ErrorCode.Forbidden, (await Assert.ThrowsAsync<OrreryException>(() => ProtectAsync(platform, Ada, 0))).Code);
        await ProtectAsync(platform, Bob, 2);
        Assert.Equal(("quality", 2, "user:bob"), (await aliases.ProtectionsAsync(Ada, AssetKind.Model, "flights")).Select(p => (p.Gate, p.Approvals, p.ProtectedBy)).Single());
        Assert.Equal(ErrorCode.Forbidden, (await Assert.ThrowsAsync<OrreryException>(() => aliases.UnprotectAsync(Ada, AssetKind.Model, "flights", "champion"))).Code);
        Assert.Equal(ErrorCode.Forbidden, (await Assert.ThrowsAsync<OrreryException>(() => RollBackAsync(platform, Ada))).Code);
        Assert.Equal(1, (await RollBackAsync(platform, Bob)).To);
    }

    private static async Task<TestPlatform> ProtectedAsync(int approvals)
    {
        var platform = await StartAsync();
        await VersionsAsync(platform, 2);
        await SetAsync(platform, Ada, 1);
        await DeclareGateAsync(platform, 0.7);
        await ProtectAsync(platform, Bob, approvals);
        return platform;
    }

    private static Task<AliasProtection> ProtectAsync(TestPlatform platform, Caller caller, int approvals) =>
        platform.Get<IAliases>().ProtectAsync(caller, AssetKind.Model, "flights", "champion", "quality", approvals);

    private static Task<IReadOnlyList<ResourceChange>> DeclareGateAsync(TestPlatform platform, double atLeast) => platform.Get<IResources>().ApplyAsync(
        Ada,
        [new(AssetKind.Gate, "quality", System.Text.Json.JsonSerializer.SerializeToElement(new { rules = new[] { new { name = "good enough", evidence = "auc", atLeast } } }))],
        ApplyMode.Apply);

    private static async Task JudgeAsync(TestPlatform platform, double auc)
    {
        var version = await platform.Assets().GetAsync(Ada, AssetRef.Parse("model/flights:2"));
        await platform.Get<IGates>().EvaluateAsync(Ada, "quality", version.Id, new Dictionary<string, double> { ["auc"] = auc });
    }

    private static Task<PreconditionFailedException> RefusedAsync(TestPlatform platform) => Assert.ThrowsAsync<PreconditionFailedException>(() => SetAsync(platform, Ada, 2));

    private static async Task VersionsAsync(TestPlatform platform, int count)
    {
        for (var i = 1; i <= count; i++)
            await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = i }));
    }

    private static Task<Orrery.Ledger.Assets.AssetVersion?> SetAsync(TestPlatform platform, Caller caller, int version) =>
        platform.Assets().SetAliasAsync(caller, new(AssetKind.Model, "flights", version), "champion");

    private static Task<AliasMove> RollBackAsync(TestPlatform platform, Caller caller) =>
        platform.Get<IAliases>().RollBackAsync(caller, AssetKind.Model, "flights", "champion");

    private static async Task<int> PointedAsync(TestPlatform platform) => (await platform.Assets().GetAsync(Ada, AssetRef.Parse("model/flights@champion"))).Number;
}
