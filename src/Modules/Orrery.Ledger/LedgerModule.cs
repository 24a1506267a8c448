using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Workspaces;
using Orrery.Platform.Relational;

namespace Orrery.Ledger;

/// <summary>The ledger: workspaces, assets, runs, declared resources, lineage, audit and gates.</summary>
public static class LedgerModule
{
    /// <summary>Registers the ledger; needs an <see cref="IDatabase"/> and a blob store.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services, IConfiguration configuration)
    {
        MigrationSource.Add(services, typeof(CreateLedger).Assembly);
        services.AddSingleton(configuration.GetSection("Ledger").Get<LedgerOptions>() ?? new LedgerOptions());
        services.AddSingleton<IAudit, AuditLog>();
        services.AddSingleton<IWorkspaces, WorkspaceStore>();
        services.AddSingleton<VersionWriter>();
        services.AddSingleton<AssetLabels>();
        services.AddSingleton<IAssets, AssetStore>();
        services.AddSingleton<RunEnvironmentReader>();
        services.AddSingleton<RunLogger>();
        services.AddSingleton<IRuns, RunStore>();
        services.AddSingleton<ILineage, LineageStore>();
        services.AddSingleton(provider => new ResourceKinds(new(provider.GetServices<IResourceKind>)));
        services.AddSingleton<ResourceChecker>();
        services.AddSingleton<ResourceStore>();
        services.AddSingleton<IResources>(provider => provider.GetRequiredService<ResourceStore>());
        services.AddHostedService<ResourceActivation>();
        services.AddSingleton<IResourceKind, GateKind>();
        services.AddSingleton<IGates, GateStore>();
        // Every module's API speaks the same JSON as the manifests.
        services.ConfigureHttpJsonOptions(options => LedgerJson.CopyTo(options.SerializerOptions));
        return services;
    }

    /// <summary>Maps <c>/api/v1/…</c> of the ledger.</summary>
    public static IEndpointRouteBuilder MapLedger(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1");
        WorkspaceEndpoints.Map(api);
        ResourceEndpoints.Map(api);
        AssetEndpoints.Map(api);
        RunEndpoints.Map(api);
        ArtifactEndpoints.Map(api);
        LineageEndpoints.Map(api);
        AuditEndpoints.Map(api);
        GateEndpoints.Map(api);
        return routes;
    }
}
