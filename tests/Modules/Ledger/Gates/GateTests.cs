using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Gates;

public sealed class GateTests
{
    private static readonly Caller Grace = Ada with { Actor = "user:grace", Role = Role.Approver };

    [Theory]
    [InlineData(0.70, null, null, 0.70, true)]
    [InlineData(0.70, null, null, 0.69, false)]
    [InlineData(null, 0.05, null, 0.05, true)]
    [InlineData(null, 0.05, null, 0.06, false)]
    [InlineData(0.01, null, "base", 0.71, true)]   // base is 0.70
    [InlineData(0.01, null, "base", 0.705, false)]
    [InlineData(null, -0.1, "base", 0.55, true)]
    [InlineData(null, -0.1, "base", 0.65, false)]
    [InlineData(0.1, 0.9, null, 0.5, true)]
    [InlineData(0.1, 0.9, null, double.NaN, false)]
    [InlineData(0.1, null, null, double.PositiveInfinity, true)]
    [InlineData(0.1, null, "absent", 0.5, false)]
    [InlineData(0.1, null, "nan", 0.5, false)]
    public void A_bound_holds_or_not(double? atLeast, double? atMost, string? above, double value, bool passes)
    {
        var evidence = new Dictionary<string, double> { ["auc"] = value, ["base"] = 0.70, ["nan"] = double.NaN };
        var result = Assert.Single(GateJudge.Judge(new([new("rule", "auc", atLeast, atMost, above)]), evidence, []));
        Assert.Equal(passes, result.Passed);
    }

    [Fact]
    public void A_verdict_says_what_was_measured_and_what_was_required()
    {
        var evidence = new Dictionary<string, double> { ["test.auc"] = 0.7051, ["baseline.auc"] = 0.70 };
        var results = GateJudge.Judge(new([new("better", "test.auc", 0.01, Above: "baseline.auc"), new("fast", "p99")]), evidence, []);
        Assert.Equal("test.auc is 0.7051; required at least 0.71 (baseline.auc 0.7 + 0.01)", results[0].Reason);
        Assert.Equal("there is no evidence 'p99'", results[1].Reason);
    }

    [Fact]
    public async Task A_report_is_kept_with_its_evidence_and_the_version_of_the_gate()
    {
        await using var platform = await StartWithGateAsync("- {name: a, evidence: auc, atLeast: 0.7}");
        var model = await AddModelAsync(platform);
        var evidence = new Dictionary<string, double> { ["auc"] = 0.75, ["other"] = double.NaN };
        var report = await platform.Get<IGates>().EvaluateAsync(Ada, "quality", model.Id, evidence);
        await ApplyAsync(platform, "- {name: a, evidence: auc, atLeast: 0.8}");
        var stricter = await platform.Get<IGates>().EvaluateAsync(Ada, "quality", model.Id, evidence);

        Assert.Equal((true, 1, false, 2), (report.Passed, report.GateVersion, stricter.Passed, stricter.GateVersion));
        var kept = await platform.Get<IGates>().ReportsAsync(Ada, model.Id);
        Assert.Equal([stricter.Id, report.Id], kept.Select(one => one.Id));
        Assert.Equal(0.75, kept[1].Evidence["auc"]);
        Assert.True(double.IsNaN(kept[1].Evidence["other"]));
    }

    [Fact]
    public async Task Approval_takes_another_pair_of_eyes_with_the_role_and_counts_each_once()
    {
        await using var platform = await StartWithGateAsync("- {name: four eyes, approvals: 2}");
        var gates = platform.Get<IGates>();
        var model = await AddModelAsync(platform);

        Assert.Equal(ErrorCode.Forbidden, (await Assert.ThrowsAsync<OrreryException>(() => gates.ApproveAsync(Ada with { Role = Role.Approver }, "quality", model.Id, ""))).Code);
        Assert.Equal(ErrorCode.Forbidden, (await Assert.ThrowsAsync<OrreryException>(() => gates.ApproveAsync(Grace with { Role = Role.Editor }, "quality", model.Id, ""))).Code);
        await gates.ApproveAsync(Grace, "quality", model.Id, "once");
        await gates.ApproveAsync(Grace, "quality", model.Id, "twice");
        Assert.False((await gates.EvaluateAsync(Ada, "quality", model.Id, new Dictionary<string, double>())).Passed);
        await gates.ApproveAsync(Grace with { Actor = "user:linus" }, "quality", model.Id, "");
        Assert.True((await gates.EvaluateAsync(Ada, "quality", model.Id, new Dictionary<string, double>())).Passed);
        Assert.Equal(["once", ""], (await gates.ApprovalsAsync(Ada, model.Id)).Select(approval => approval.Comment));
    }

    [Fact]
    public async Task Who_started_the_run_that_wrote_the_version_cannot_approve_it_either()
    {
        await using var platform = await StartWithGateAsync("- {name: four eyes, approvals: 1}");
        var run = await platform.Runs().StartAsync(Grace, new("train", "x"));
        var model = await platform.Assets().AddVersionAsync(Caller.System("training"), new(AssetKind.Model, "m", new { }, run.Id));
        await Assert.ThrowsAsync<OrreryException>(() => platform.Get<IGates>().ApproveAsync(Grace, "quality", model.Id, ""));
    }

    [Theory]
    [InlineData("[]", "at least one")]
    [InlineData("[{name: a, evidence: auc}]", "needs 'atLeast', 'atMost' or both")]
    [InlineData("[{name: a}]", "needs 'evidence' with a bound, or 'approvals'")]
    [InlineData("[{name: a, evidence: auc, atLeast: 2, atMost: 1}]", "nothing could pass")]
    [InlineData("[{name: a, approvals: 0}]", "'approvals' is 1 to 100")]
    [InlineData("[{name: a, approvals: 1, atLeast: 2}]", "no bounds")]
    [InlineData("[{name: a, approvals: 1, evidence: auc}]", "not both")]
    [InlineData("[{name: a, evidence: auc, atLeast: .nan}]", "finite")]
    [InlineData("[{name: a, approvals: 1}, {name: a, approvals: 2}]", "there twice")]
    public async Task A_gate_that_makes_no_sense_is_refused(string rules, string what)
    {
        await using var platform = await StartAsync();
        var text = $"kind: Gate\nname: g\nspec:\n  rules: {rules}";
        var error = await Assert.ThrowsAsync<InvalidException>(() => platform.Get<IResources>().ApplyAsync(Ada, ResourceYaml.Parse(text, "g.yaml"), ApplyMode.Apply));
        Assert.Contains(what, error.Message);
        Assert.Contains("line 4", error.Message);
    }

    private static async Task<TestPlatform> StartWithGateAsync(string rules)
    {
        var platform = await StartAsync();
        await ApplyAsync(platform, rules);
        return platform;
    }

    private static Task<IReadOnlyList<ResourceChange>> ApplyAsync(TestPlatform platform, string rules) =>
        platform.Get<IResources>().ApplyAsync(Ada, ResourceYaml.Parse($"kind: Gate\nname: quality\nspec:\n  rules:\n    {rules}", "g.yaml"), ApplyMode.Apply);

    private static Task<AssetVersion> AddModelAsync(TestPlatform platform) => platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "m", new { x = 1 }));
}
