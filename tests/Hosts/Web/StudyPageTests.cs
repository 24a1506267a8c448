using Microsoft.Playwright;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

[Collection(nameof(Pages))]
public sealed class StudyPageTests(Servers servers, Chromium chromium)
{
    [Fact]
    public async Task A_study_shows_its_best_its_history_and_what_mattered()
    {
        await using var tab = await OpenAsync(servers.Studies[0]);
        await Assertions.Expect(tab.Page.Locator("h1")).ToContainTextAsync("bowl");
        var history = tab.Page.Locator("svg[aria-label^='loss, and the best so far']");
        Assert.InRange(await history.Locator("circle").CountAsync(), 10, 60);
        await Assertions.Expect(history.Locator("path.line")).ToHaveCountAsync(1);
        await Assertions.Expect(history.Locator("circle.best")).ToHaveCountAsync(1);
        // Bars from the longest: the depth matters least.
        await Assertions.Expect(tab.Page.Locator("table[aria-label='Importance'] th").Last).ToHaveTextAsync("depth");
        await Assertions.Expect(tab.Page.Locator("table[aria-label='Importance'] tr")).ToHaveCountAsync(4);
        var parallel = tab.Page.Locator("svg[aria-label*='lines over kind, rate, depth, height, loss']");
        Assert.True(await parallel.Locator("path.course-line").CountAsync() > 10);
        foreach (var parameter in new[] { "kind", "rate", "depth", "height" })
            Assert.True(await tab.Page.Locator($"svg[aria-label^='{parameter}: '] circle").CountAsync() > 0, parameter);
        await Assertions.Expect(tab.Page.Locator("svg[aria-label^='kind: ']")).ToContainTextAsync("bowl");
        await Assertions.Expect(tab.Page.GetByText("pruned").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Several_objectives_have_a_front_and_a_choice_of_what_is_explained()
    {
        await using var tab = await OpenAsync(servers.Studies[1]);
        var front = tab.Page.Locator("svg[aria-label^='speed over error']");
        Assert.True(await front.Locator("circle.best").CountAsync() > 3);
        Assert.True(await front.Locator("circle.faint").CountAsync() > 0, "trials that break the constraint are faint");
        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "speed" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByText("The share of speed's variance")).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.Locator("svg[aria-label*='lines over width, layers, speed']")).ToHaveCountAsync(1);
        Assert.Empty(tab.Failures);
    }

    [Fact]
    public async Task Studies_are_found_from_the_list_and_started_there()
    {
        await using var tab = await OpenAsync("/studies");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "bowl" }).Last.ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "History" })).ToBeVisibleAsync();
        await tab.GoAsync("/studies");
        await tab.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "what workers outside run" }).First.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(tab.Page.GetByText("running").First).ToBeVisibleAsync();
    }

    private async Task<Tab> OpenAsync(string path)
    {
        var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, ColorScheme.Light);
        await tab.GoAsync(path);
        return tab;
    }
}
