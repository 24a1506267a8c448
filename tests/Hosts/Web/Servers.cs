using Microsoft.Extensions.DependencyInjection;
using Orrery.Hosts.Tests.Server;
using Orrery.Pipelines.Steps;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

/// <summary>Two servers for all tests of pages: one with nothing on it, one on which a model has lived.</summary>
public sealed class Servers : IAsyncLifetime
{
    internal TestServer Empty { get; private set; } = null!;

    internal TestServer Lived { get; private set; } = null!;

    /// <summary>The step of the pipeline <c>inventory</c> on the server that lived.</summary>
    internal HoldStep Hold { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Empty = await TestServer.StartAsync();
        Lived = await TestServer.StartAsync(configure: builder => builder.Services.AddSingleton<IStepKind>(Hold));
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
