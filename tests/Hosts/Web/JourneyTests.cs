using Microsoft.Playwright;
using Orrery.Pipelines;
using Orrery.Platform.Access;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

[Collection(nameof(Pages))]
public sealed class JourneyTests(Servers servers, Chromium chromium)
{
    [Fact]
    public async Task From_the_loop_to_the_gate_the_lineage_the_run_and_its_picture()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        var page = tab.Page;
        await tab.GoAsync("/");
        await page.Locator("a.station", new() { HasText = "Model" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("deliveries v1");

        await Assertions.Expect(page.Locator(".rules li").First).ToContainTextAsync("better than chance");
        await Assertions.Expect(page.Locator(".rules li").First).ToContainTextAsync("test.auc");

        await page.GetByRole(AriaRole.Link, new() { Name = "Lineage", Exact = true }).Last.ClickAsync();
        await Assertions.Expect(page.Locator(".node.marked")).ToContainTextAsync("model/deliveries:1");
        await page.Locator("a.node", new() { HasText = "train deliveries" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("train deliveries");

        var picture = page.Locator(".gallery img").First;
        await picture.ScrollIntoViewIfNeededAsync();
        await Assertions.Expect(picture).ToHaveJSPropertyAsync("complete", true);
        Assert.True(await picture.EvaluateAsync<int>("image => image.naturalWidth") > 0);
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task The_loop_shows_what_belongs_to_its_endpoint_though_newer_things_are_there()
    {
        // Neither a file of another source nor a run of another pipeline is of this loop.
        using var noise = new MemoryStream("shelf,cups\nupper,3\nlower,4\n"u8.ToArray());
        await servers.Lived.Client.Data.IngestAsync("crockery", "crockery.csv", noise);
        var pipelines = servers.Lived.Get<IPipelines>();
        var ada = new Caller(Caller.DefaultWorkspace, "user:ada", Role.Admin);
        var counting = await pipelines.StartAsync(ada, "inventory");
        (await servers.Hold.NextAsync()).Released.SetResult();
        await pipelines.WaitAsync(ada, counting);

        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/");
        await Assertions.Expect(Station(tab, "Source")).ToContainTextAsync("last file: 3,000 rows");
        await Assertions.Expect(Station(tab, "Dataset")).ToContainTextAsync("deliveries v1");
        await Assertions.Expect(Station(tab, "Pipeline")).ToContainTextAsync("train-deliveries");
        await Station(tab, "Pipeline").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("h1")).ToContainTextAsync("train-deliveries,");
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task Each_endpoint_has_its_own_loop()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/");
        await Assertions.Expect(tab.Page.Locator("a.chip.brass")).ToHaveTextAsync("deliveries");
        await tab.Page.Locator("a.chip", new() { HasText = "returns" }).ClickAsync();
        await Assertions.Expect(Station(tab, "Endpoint")).ToContainTextAsync("nothing is deployed");
        await Assertions.Expect(Station(tab, "Pipeline")).ToContainTextAsync("none yet");
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task An_alert_in_the_lineage_says_what_it_is_and_leads_to_its_monitor()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/lineage?start=endpoint/deliveries");
        var alert = tab.Page.Locator("a.node.signal").First;
        await Assertions.Expect(alert).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("^(drift|performance): [a-z_A-Z0-9]+, alert of deliveries"));
        await alert.ClickAsync();
        await Assertions.Expect(tab.Page.Locator("#alerts")).ToBeVisibleAsync();
        Assert.EndsWith("/monitors/deliveries#alerts", tab.Page.Url);
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task A_prediction_is_asked_for_by_id_and_explained()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        var page = tab.Page;
        await tab.GoAsync("/endpoints/deliveries");
        await page.Locator("#in-depot").FillAsync("harbour");
        await page.Locator("#in-placed").FillAsync("2024-02-05 18:00");
        await page.GetByRole(AriaRole.Button, new() { Name = "Predict" }).ClickAsync();
        await Assertions.Expect(page.Locator(".ranked")).ToContainTextAsync("depot_late_24h");

        await page.Locator("#in-placed").FillAsync("tomorrow, perhaps");
        await page.GetByRole(AriaRole.Button, new() { Name = "Predict" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("expected a whole number or a time");
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task An_entity_is_looked_up_online()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/features/services/deliveries");
        await tab.Page.Locator("#key-0").FillAsync("north");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Read" }).ClickAsync();
        // Every third of the orders of a day, a quarter of an hour apart, but for the one that had not arrived at the last tick.
        await Assertions.Expect(tab.Page.Locator("tr", new() { HasText = "depot_orders_24h" }).Locator(".num")).ToHaveTextAsync("31");
    }

    [Fact]
    public async Task A_cell_of_the_drift_table_shows_its_distribution()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/monitors/deliveries");
        await tab.Page.Locator(".heat button").First.ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".bar-main").First).ToBeAttachedAsync();
        await Assertions.Expect(tab.Page.Locator(".bar-reference").First).ToBeAttachedAsync();
    }

    [Fact]
    public async Task The_audit_chain_is_verified_by_a_button()
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/audit");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Verify the chain" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".notice.good")).ToContainTextAsync("The chain holds");
    }

    private static ILocator Station(Tab tab, string name) => tab.Page.Locator("a.station", new() { Has = tab.Page.Locator(".station-name", new() { HasTextString = name }) });
}
