using System.Globalization;
using Orrery.Kernel;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>Applies two resources in one document, always with the same number in both.</summary>
internal sealed class ResourceWriter : IWriter
{
    private const int Scale = 1_000_000;
    private int _sent;
    private int _acknowledged;

    public Task PrepareAsync(Server server) => WriteAsync(server);

    public async Task WriteAsync(Server server)
    {
        _sent++;
        var number = ((double)_sent / Scale).ToString(CultureInfo.InvariantCulture);
        var applied = await server.Client.Resources.ApplyAsync($$"""
            kind: Source
            name: twin-a
            spec: {dataset: twins, maxBadShare: {{number}}}
            ---
            kind: Source
            name: twin-b
            spec: {dataset: twins, maxBadShare: {{number}}}
            """);
        Assert.Equal(2, applied.Changes.Count);
        _acknowledged = _sent;
    }

    public async Task CheckAsync(Server server)
    {
        var (a, b) = (await NumberAsync(server, "twin-a"), await NumberAsync(server, "twin-b"));
        Assert.Equal(a, b);
        Assert.True(a >= _acknowledged, $"The twins are as change {a} left them; change {_acknowledged} was acknowledged.");
        Assert.True(a <= _sent, $"The twins are as change {a} left them, which nobody sent.");
        _sent = _acknowledged = a;
    }

    public async Task CheckAllAsync(Server server)
    {
        await CheckAsync(server);
        var latest = await server.Client.Assets.GetAsync(new(AssetKind.Source, "twin-a"));
        Assert.Equal(_acknowledged, latest.Number); // Each number made a version, and no version is without its number.
    }

    private static async Task<int> NumberAsync(Server server, string name) =>
        (int)Math.Round((await server.Client.Resources.GetAsync(AssetKind.Source, name)).Spec.GetProperty("maxBadShare").GetDouble() * Scale);
}
