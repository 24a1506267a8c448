using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Platform.Hosting;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Ownership;
using Orrery.Search.Checkpoints;
using Orrery.Search.Collections;
using Orrery.Search.Relevance;
using Orrery.Search.Shards;
using Orrery.Search.Snapshots;

namespace Orrery.Search;

/// <summary>Collections of points: vectors, payloads, filters, queries.</summary>
public static class SearchModule
{
    /// <summary>Registers the module; it stands on Platform's ports and the ledger. Nothing is opened before the first request.</summary>
    public static IServiceCollection AddSearch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleOptions<SnapshotOptions>(configuration, "Search:Snapshots");
        services.AddSingleton<CollectionRows>();
        services.AddSingleton<CheckpointFolder>();
        services.AddSingleton<CollectionKeeping>();
        services.AddHostedService(provider => provider.GetRequiredService<CollectionKeeping>());
        services.AddSingleton<IOwnerFactory<CollectionCatalog>, CatalogFactory>();
        services.AddSingleton<IOwnerFactory<Shard>, ShardFactory>();
        services.AddSingleton<CollectionDirectory>();
        services.AddSingleton<ICollections>(provider => provider.GetRequiredService<CollectionDirectory>());
        services.AddSingleton<IRelevance, RelevanceEvaluation>();
        services.AddSingleton<SnapshotRestore>();
        services.AddSingleton<SnapshotFetch>();
        services.AddSingleton<ISnapshots, SnapshotStore>();
        services.AddSingleton<IStepKind, SnapshotStep>();
        return services;
    }

    /// <summary>Maps the module's native routes.</summary>
    public static IEndpointRouteBuilder MapSearch(this IEndpointRouteBuilder routes)
    {
        RelevanceEndpoints.Map(routes);
        return routes;
    }
}
