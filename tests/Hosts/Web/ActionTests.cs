using Microsoft.Playwright;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Assets.Aliases;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Runs;
using Orrery.Monitoring.Monitors;
using Orrery.Pipelines;
using Orrery.Platform.Access;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

/// <summary>What people change by a click. Each looks behind the page too: that it was really done, and in whose name.</summary>
[Collection(nameof(Pages))]
public sealed class ActionTests(Servers servers, Chromium chromium)
{
    private static readonly Caller Anybody = new(Caller.DefaultWorkspace, "user:test", Role.Viewer);

    [Fact]
    public async Task A_version_is_approved_with_a_reason()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/models/deliveries?version=2");
        await tab.Page.GetByLabel("Comment").FillAsync("looked at the plots");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Approve for deliveries-approval" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".notice.good")).ToContainTextAsync("Approved for deliveries-approval by user:local");
        await Assertions.Expect(tab.Page.Locator(".notice.good")).ToContainTextAsync("looked at the plots");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Approve" })).ToHaveCountAsync(0);

        var version = await servers.Lived.Get<IAssets>().GetAsync(Anybody, new AssetRef(AssetKind.Model, "deliveries", 2));
        var approval = Assert.Single(await servers.Lived.Get<IGates>().ApprovalsAsync(Anybody, version.Id));
        Assert.Equal(("deliveries-approval", "user:local", "looked at the plots"), (approval.Gate, approval.Approver, approval.Comment));
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task An_alias_is_set_moved_and_taken_back_and_a_protected_one_says_what_is_missing()
    {
        var approver = Caller.System("test");
        await servers.Lived.Get<IAliases>().ProtectAsync(approver, AssetKind.Model, "deliveries", "guarded", "deliveries-approval", 1);
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/models/deliveries?version=1");
        await tab.Page.GetByLabel("New alias").FillAsync("candidate");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Point a new alias at v1" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("h1")).ToContainTextAsync("candidate");
        Assert.Equal(1, await PointsAtAsync("candidate"));

        await tab.GoAsync("/models/deliveries?version=2");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Point candidate at v2" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("h1")).ToContainTextAsync("candidate");
        Assert.Equal(2, await PointsAtAsync("candidate"));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Roll back candidate" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("h1")).Not.ToContainTextAsync("candidate");
        Assert.Equal(1, await PointsAtAsync("candidate"));
        await Assertions.Expect(tab.Page.Locator("details li").First).ToContainTextAsync("went back from v2 to v1");

        await tab.GoAsync("/models/deliveries?version=1");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Point guarded at v1" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("protected by the gate 'deliveries-approval'");
        Assert.Null(await PointsAtAsync("guarded"));
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task A_pipeline_is_started_with_what_was_typed_and_its_page_follows_it_to_the_end()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        var held = await StartAsync(tab, "harbour");
        Assert.Equal("harbour", held.What);
        await Assertions.Expect(tab.Page.Locator("h1 .pill")).ToHaveTextAsync("running");

        held.Released.SetResult();
        await Assertions.Expect(tab.Page.Locator("h1 .pill")).ToHaveTextAsync("finished");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToHaveCountAsync(0);
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task A_running_pipeline_is_cancelled()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        var held = await StartAsync(tab, "south");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await held.Cancelled.Task;
        await Assertions.Expect(tab.Page.Locator("h1 .pill")).ToHaveTextAsync("cancelled");

        Assert.True(RunId.TryParse(new Uri(tab.Page.Url).Segments[^1], out var run));
        Assert.Equal(RunStatus.Cancelled, (await servers.Lived.Get<IPipelines>().GetAsync(Anybody, run)).Run.Status);
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task An_alert_is_acknowledged()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/monitors/deliveries");
        var alert = tab.Page.Locator("article.notice.bad").First;
        var open = await tab.Page.Locator("article.notice.bad").CountAsync();
        var told = await alert.Locator("div").Nth(1).InnerTextAsync();
        await alert.GetByRole(AriaRole.Button, new() { Name = "I have seen it" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("article.notice.bad")).ToHaveCountAsync(open - 1);
        await Assertions.Expect(tab.Page.Locator("article.notice", new() { HasText = told })).ToContainTextAsync("Seen by user:local");

        var seen = (await servers.Lived.Get<IMonitors>().AlertsAsync(Anybody, new(Monitor: "deliveries"), new(100))).Items.Single(a => a.Acknowledgement is not null);
        Assert.Equal(("user:local", told), (seen.Acknowledgement!.Actor, seen.Message));
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task The_course_of_a_canary_is_drawn()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/endpoints/deliveries");
        var chart = tab.Page.Locator(".course svg");
        await Assertions.Expect(chart).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("after \\d+ outcomes between"));
        // A band of several points, inside of the picture.
        var band = await chart.Locator("path.band").EvaluateAsync<double[]>("path => { const box = path.getBBox(); return [box.width, box.height, path.getTotalLength()]; }");
        Assert.True(band[0] > 100 && band[1] is > 20 and < 200 && band[2] > 2 * band[0], string.Join(", ", band));
        Assert.Empty(tab.Failures);
    }

    private async Task<Held> StartAsync(Tab tab, string depot)
    {
        await tab.GoAsync("/pipelines/inventory");
        await tab.Page.GetByLabel("depot").FillAsync(depot);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Start a run" }).ClickAsync();
        var held = await servers.Hold.NextAsync();
        // Asked again and again: waiting for the navigation misses one that comes between the look at the address and the wait.
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/pipelines/inventory/runs/"));
        await tab.ReadyAsync();
        return held;
    }

    private async Task<int?> PointsAtAsync(string alias) =>
        (await servers.Lived.Get<IAssets>().GetAssetAsync(Anybody, AssetKind.Model, "deliveries")).Aliases.TryGetValue(alias, out var number) ? number : null;
}
