using Microsoft.Playwright;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

/// <summary>Every text can be read: WCAG 2.2, 1.4.3, level AA.</summary>
[Collection(nameof(Pages))]
public sealed class ContrastTests(Servers servers, Chromium chromium)
{
    private static string Script => File.ReadAllText(Repository.Path("tests/Hosts/Web/contrast.js"));

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 390)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task Every_text_of_every_page_stands_out_from_what_it_stands_on(ColorScheme colours, int width)
    {
        var faint = new List<string>();
        foreach (var (server, paths) in new[] { (servers.Empty.Address, PageTests.Lists), (servers.Lived.Address, [.. PageTests.Lists, .. PageTests.Details, .. servers.LivedRuns]) })
        {
            await using var tab = await chromium.OpenAsync(server, width, colours);
            foreach (var path in paths)
            {
                await tab.GoAsync(path);
                faint.AddRange((await tab.Page.EvaluateAsync<string[]>(Script)).Select(text => $"{path}: {text}"));
            }
        }

        Assert.Empty(faint.Distinct());
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task So_do_the_texts_that_a_click_opens(ColorScheme colours)
    {
        await using var tab = await chromium.OpenAsync(servers.Lived.Address, 1280, colours);
        await tab.GoAsync("/monitors/deliveries");
        await tab.Page.Locator(".heat button.drifted").First.ClickAsync();
        await tab.Page.Locator(".bar-main").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        Assert.Empty(await tab.Page.EvaluateAsync<string[]>(Script));

        await tab.GoAsync("/endpoints/deliveries");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Why?" }).First.ClickAsync();
        await tab.Page.Locator(".ranked").WaitForAsync();
        Assert.Empty(await tab.Page.EvaluateAsync<string[]>(Script));
    }

    [Theory]
    [InlineData("<p style='color:#767676'>x</p>", true)]
    [InlineData("<p style='color:#777'>x</p>", false)]
    [InlineData("<p style='color:#949494;font-size:24px'>x</p>", true)]
    [InlineData("<p style='color:#959595;font-size:24px'>x</p>", false)]
    [InlineData("<div style='background:#000'><p style='color:#757575'>x</p></div>", true)]
    [InlineData("<div style='background:#000'><p style='color:#747474'>x</p></div>", false)]
    [InlineData("<div style='background:rgb(0 0 0/.5)'><p style='color:#000'>x</p></div>", true)]
    [InlineData("<div style='background:rgb(0 0 0/.5)'><p style='color:#333'>x</p></div>", false)]
    [InlineData("<div style='opacity:.5'><p style='color:#000'>x</p></div>", false)]
    [InlineData("<svg><rect width='99' height='99' fill='#000'/><text x='9' y='20' fill='#fff'>x</text></svg>", true)]
    [InlineData("<svg><rect width='99' height='99' fill='#000'/><text x='9' y='20' fill='#222'>x</text></svg>", false)]
    [InlineData("<svg><text x='9' y='20' fill='#eee'>x</text><rect x='200' width='9' height='9'/></svg>", false)]
    public async Task The_measure_is_that_of_the_guidelines(string html, bool isLegible)
    {
        await using var tab = await chromium.OpenAsync(servers.Empty.Address, 600, ColorScheme.Light);
        await tab.Page.SetContentAsync($"<body style='background:#fff'>{html}</body>");
        Assert.Equal(isLegible, (await tab.Page.EvaluateAsync<string[]>(Script)).Length == 0);
    }
}
