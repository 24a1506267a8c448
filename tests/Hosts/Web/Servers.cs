using Microsoft.Extensions.DependencyInjection;
using Orrery.Hosts.Tests.Server;
using Orrery.Ledger.Runs;
using Orrery.Pipelines;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Access;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

/// <summary>Two servers for all tests of pages: one with nothing on it, one on which a model has lived.</summary>
public sealed class Servers : IAsyncLifetime
{
    internal TestServer Empty { get; private set; } = null!;

    internal TestServer Lived { get; private set; } = null!;

    /// <summary>The step of the pipeline <c>inventory</c> on the server that lived.</summary>
    internal HoldStep Hold { get; } = new();

    /// <summary>Pages whose addresses are only known once the model has lived: of a training, of a pipeline's run, of two runs beside each other.</summary>
    internal IReadOnlyList<string> LivedRuns { get; private set; } = [];

    /// <summary>Pages of studies whose trials ran outside: one of a single objective, one of two.</summary>
    internal IReadOnlyList<string> Studies { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        Empty = await TestServer.StartAsync();
        Lived = await TestServer.StartAsync(configure: builder => builder.Services.AddSingleton<IStepKind>(Hold));
        await Deliveries.LiveAsync(Lived);
        var trained = (await Lived.Get<IRuns>().ListAsync(Caller.System("test"), new(Kind: "train"), new(2))).Items;
        var pipeline = (await Lived.Get<IPipelines>().ListAsync(Caller.System("test"), "train-deliveries", new(1))).Items.Single();
        Studies = await TunedBowls.LiveAsync(Lived);
        var within = (await Lived.Get<IRuns>().ListAsync(Caller.System("test"), new(Kind: "study", Parent: trained[0].Id), new(1))).Items.Single();
        LivedRuns = [$"/runs/{trained[0].Id}", $"/runs/compare?ids={trained[0].Id},{trained[1].Id}", $"/pipelines/train-deliveries/runs/{pipeline.Id}", $"/runs/{pipeline.Id}", $"/studies/{within.Id}", .. Studies];
    }

    public async ValueTask DisposeAsync()
    {
        await Empty.DisposeAsync();
        await Lived.DisposeAsync();
    }
}

[CollectionDefinition(nameof(Pages))]
public sealed class Pages : ICollectionFixture<Servers>, ICollectionFixture<Chromium>;
