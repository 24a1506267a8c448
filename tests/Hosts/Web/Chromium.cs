using Microsoft.Playwright;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

/// <summary>The machine's own Chromium. Where it is not installed, tests that need it are skipped and say so.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Executable = "/usr/bin/chromium";

    // Nothing but the pages under test may go over the network.
    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Executable))
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Executable, Args = Arguments });
    }

    /// <summary>A tab of its own, which writes down what goes wrong in it.</summary>
    internal async Task<Tab> OpenAsync(Uri server, int width, ColorScheme colours)
    {
        if (_browser is null)
            Assert.Skip($"Chromium is not at {Executable}; 'apt-get install chromium' brings it.");
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = server.ToString(),
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = colours,
            ReducedMotion = ReducedMotion.Reduce,
        });
        return new(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>A browser's tab, and all that went wrong in it.</summary>
internal sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public Tab(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Add(message.Type == "error", $"console: {message.Text}");
        page.PageError += (_, error) => Add(true, $"script: {error}");
        page.Response += (_, response) => Add(response.Status >= 400, $"{response.Status} {response.Url}");
        // A picture that is not wanted any more because the reader went on is no failure.
        page.RequestFailed += (_, request) => Add(request.Failure != "net::ERR_ABORTED", $"{request.Failure} {request.Url}");
    }

    public IPage Page { get; }

    public List<string> Failures { get; } = [];

    /// <summary>Opens a page and waits until it has read what it shows.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await ReadyAsync();
    }

    public async Task ReadyAsync()
    {
        await Page.Locator("h1").First.WaitForAsync();
        await Assertions.Expect(Page.Locator("p[role=status]")).ToHaveCountAsync(0);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Add(bool wrong, string what)
    {
        if (!wrong)
            return;
        lock (Failures)
            Failures.Add(what);
    }
}
