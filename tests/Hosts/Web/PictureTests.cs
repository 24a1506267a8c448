using Microsoft.Playwright;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

/// <summary>
/// Takes the pictures of the README and the documentation from a running server:
/// <c>./orrery demo</c>, then <c>ORRERY_PICTURES_OF=http://127.0.0.1:5080 Orrery.Hosts.Tests --filter-class Orrery.Hosts.Tests.Web.PictureTests</c>.
/// </summary>
public sealed class PictureTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("home.png", "/", ColorScheme.Light)]
    [InlineData("home-dark.png", "/", ColorScheme.Dark)]
    [InlineData("monitor.png", "/monitors/flights", ColorScheme.Light)]
    [InlineData("lineage.png", "/lineage?start=model/flights@champion", ColorScheme.Light)]
    public async Task The_documentation_shows_the_pages_as_they_are(string name, string path, ColorScheme colours)
    {
        if (Environment.GetEnvironmentVariable("ORRERY_PICTURES_OF") is not { Length: > 0 } address)
        {
            Assert.Skip("Pictures are taken of a server on which the demo ran: set ORRERY_PICTURES_OF to its address.");
            return;
        }

        await using var tab = await chromium.OpenAsync(new(address), 1280, colours);
        await tab.GoAsync(path);
        await tab.Page.ScreenshotAsync(new() { Path = Repository.Path($"docs/images/{name}") });
        Assert.Empty(tab.Failures);
    }
}
