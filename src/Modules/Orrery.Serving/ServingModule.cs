using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Resources;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Hosting;
using Orrery.Platform.Ownership;
using Orrery.Platform.Relational;
using Orrery.Serving.Canaries;
using Orrery.Serving.Endpoints;
using Orrery.Serving.Plans;
using Orrery.Serving.Predictions;
using Orrery.Serving.Runtimes;
using Orrery.Serving.Storage;

namespace Orrery.Serving;

/// <summary>Serving: model runtimes, endpoints, canaries, predictions.</summary>
public static class ServingModule
{
    /// <summary>Registers serving; needs the ledger and the online features.</summary>
    public static IServiceCollection AddServing(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleOptions<ServingOptions>(configuration, "Serving");
        MigrationSource.Add(services, typeof(ServingModule).Assembly);
        services.AddSingleton<LoadedModels>();
        services.AddSingleton<PlanBuilder>();
        services.AddSingleton<LiveEndpoints>();

        services.AddSingleton<EndpointStore>();
        services.AddSingleton<GateCheck>();
        services.AddSingleton<Announcements>();
        services.AddSingleton<OutcomeFollower>();
        services.AddSingleton<EndpointParts>();
        services.AddSingleton<CanaryReports>();
        services.AddSingleton<IOwnerFactory<EndpointOwner>, EndpointOwnerFactory>();
        // An owner hands its own address to requests and followers, so the address is looked up when it is first used.
        services.AddSingleton(provider => new Lazy<IOwners<EndpointOwner>>(provider.GetRequiredService<IOwners<EndpointOwner>>));
        services.AddSingleton<IEndpoints, EndpointCatalog>();
        services.AddSingleton<ISignalNames, VerdictNames>();
        services.AddSingleton<IResourceKind, EndpointKind>();
        services.AddSingleton<IStepKind, DeployStep>();

        services.AddSingleton<PredictionSearch>();
        services.AddSingleton<IPredictions, PredictionDesk>();
        return services;
    }

    /// <summary>Maps the module's part of the native API.</summary>
    public static IEndpointRouteBuilder MapServing(this IEndpointRouteBuilder routes)
    {
        ServingEndpoints.Map(routes);
        return routes;
    }
}
