using Orrery.Hosts.Tests.Server;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

/// <summary>Two servers for all tests of pages: one with nothing on it, one on which a model has lived.</summary>
public sealed class Servers : IAsyncLifetime
{
    internal TestServer Empty { get; private set; } = null!;

    internal TestServer Lived { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Empty = await TestServer.StartAsync();
        Lived = await TestServer.StartAsync();
        await Deliveries.LiveAsync(Lived);
    }

    public async ValueTask DisposeAsync()
    {
        await Empty.DisposeAsync();
        await Lived.DisposeAsync();
    }
}

[CollectionDefinition(nameof(Pages))]
public sealed class Pages : ICollectionFixture<Servers>, ICollectionFixture<Chromium>;
