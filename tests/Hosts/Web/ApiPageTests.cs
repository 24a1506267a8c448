using Microsoft.Playwright;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

/// <summary>The API's reference page is another maker's; it stays on this server all the same.</summary>
[Collection(nameof(Pages))]
public sealed class ApiPageTests(Servers servers, Chromium chromium)
{
    // Whatever is to be seen that a reader could follow or send: where the browser would go.
    private const string LeadingElsewhere = """
        () => [...document.querySelectorAll('[href], [src], [action], [formaction]')]
          .filter(element => element.checkVisibility({ visibilityProperty: true }))
          .flatMap(element => ['href', 'src', 'action', 'formaction'].map(name => element.getAttribute(name)).filter(to => to))
          .filter(to => !/^(data|blob):/.test(to) && new URL(to, location.href).host !== location.host)
        """;

    // What the maker offers there by default, all of it on servers of its own.
    private static readonly string[] Offers = ["Powered by", "Open API Client", "Ask AI", "MCP", "Developer Tools", "Deploy", "Share"];

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Nothing_on_the_reference_page_leads_or_asks_elsewhere(int width)
    {
        await using var tab = await chromium.OpenAsync(servers.Empty.Address, width, ColorScheme.Light);
        var asked = new List<Uri>();
        tab.Page.Request += (_, request) => asked.Add(new(request.Url));
        await tab.Page.GotoAsync("/api");
        await tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Orrery" }).WaitForAsync();
        await AssertStaysAsync(tab.Page);

        // The form that sends a request opens over the page, with offers of its own.
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Test Request" }).First.ClickAsync();
        await tab.Page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await AssertStaysAsync(tab.Page);

        await tab.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        Assert.Contains(asked, uri => uri.AbsolutePath == "/api/v1/openapi.json");
        Assert.All(asked, uri => Assert.True(uri.Scheme is "data" or "blob" || uri.Authority == servers.Empty.Address.Authority, uri.ToString()));
        Assert.Empty(tab.Failures);
    }

    private static async Task AssertStaysAsync(IPage page)
    {
        Assert.Empty(await page.EvaluateAsync<string[]>(LeadingElsewhere));
        foreach (var offer in Offers)
            Assert.Equal(0, await page.GetByText(offer, new() { Exact = false }).Filter(new() { Visible = true }).CountAsync());
    }
}
