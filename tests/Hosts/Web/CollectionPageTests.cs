using System.Globalization;
using System.Net.Http.Json;
using Microsoft.Playwright;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

[Collection(nameof(Pages))]
public sealed class CollectionPageTests(Servers servers, Chromium chromium)
{
    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task A_collection_is_shown_as_a_map_and_asked_for_what_is_like_a_point(int width)
    {
        var name = $"cities-{width.ToString(CultureInfo.InvariantCulture)}";
        await FillAsync(name);
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, width, ColorScheme.Light);
        await tab.GoAsync("/vectors");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("svg circle")).ToHaveCountAsync(30);
        await Assertions.Expect(tab.Page.Locator("tbody tr")).ToHaveCountAsync(25);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "After" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("tbody tr")).ToHaveCountAsync(5);

        await tab.Page.GetByLabel("Field").FillAsync("side");
        await tab.Page.GetByLabel("Field").PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator(".legend li")).ToHaveTextAsync(["left", "right"]);
        await tab.Page.GetByLabel("is", new() { Exact = true }).SelectOptionAsync("right");
        await Assertions.Expect(tab.Page.Locator("svg circle")).ToHaveCountAsync(15);

        await tab.Page.GetByLabel("Like point").FillAsync("29");
        await tab.Page.GetByLabel("Like point").PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator("h2#points")).ToHaveTextAsync("Most like 29");
        await Assertions.Expect(tab.Page.Locator("tbody tr").First).ToContainTextAsync("28");
        await Assertions.Expect(tab.Page.Locator("svg circle[r='7'] title")).ToHaveTextAsync("29: right");
        Assert.Equal($"/vectors/{name}?near=20", await tab.Page.Locator("svg a", new() { HasText = "20: right" }).GetAttributeAsync("href"));
        var beyond = await tab.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(beyond <= 0, $"{beyond} px wider than the screen");
        await tab.Page.GetByLabel("Like point").FillAsync("x");
        await tab.Page.GetByLabel("Like point").PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("a whole number or a UUID");
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task A_map_can_keep_neighbours_together_and_recall_is_measured_where_there_is_a_graph()
    {
        await FillAsync("measured");
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync("/vectors/measured");
        await tab.Page.GetByLabel("Plane").SelectOptionAsync("umap");
        await Assertions.Expect(tab.Page.GetByText("keeps neighbours together (UMAP)")).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.Locator("svg circle")).ToHaveCountAsync(30);
        // What is compared one by one has nothing to measure.
        await Assertions.Expect(tab.Page.Locator("h2#recall")).ToHaveCountAsync(0);

        var points = Enumerable.Range(0, 300).Select(i => new { id = i, vector = new[] { i % 17, i / 17, i % 5 } });
        var http = servers.Lived.Http;
        (await http.PatchAsJsonAsync(new Uri("/collections/measured", UriKind.Relative), new { optimizers_config = new { indexing_threshold = 1 } })).EnsureSuccessStatusCode();
        (await http.PutAsJsonAsync(new Uri("/collections/measured/points?wait=true", UriKind.Relative), new { points })).EnsureSuccessStatusCode();
        await tab.Page.ReloadAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Measure" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Recall by candidates" }).Locator("tbody tr")).ToHaveCountAsync(7);
        Assert.Empty(tab.Failures);
    }

    private async Task FillAsync(string name)
    {
        var http = servers.Lived.Http;
        var made = await http.PutAsJsonAsync(new Uri($"/collections/{name}", UriKind.Relative), new { vectors = new { size = 3, distance = "Euclid" } });
        made.EnsureSuccessStatusCode();
        var points = Enumerable.Range(0, 30).Select(i => new { id = i, vector = new[] { i, i % 2 == 0 ? 0.5 : 0.1, 0 }, payload = new { side = i < 15 ? "left" : "right", number = i } });
        (await http.PutAsJsonAsync(new Uri($"/collections/{name}/points?wait=true", UriKind.Relative), new { points })).EnsureSuccessStatusCode();
    }
}
