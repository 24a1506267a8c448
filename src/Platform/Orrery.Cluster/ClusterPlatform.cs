using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orrery.Cluster.Relational;
using Orrery.Cluster.Work;
using Orrery.Platform.Relational;
using Orrery.Platform.Work;

namespace Orrery.Cluster;

/// <summary>The cluster side of the ports.</summary>
public static class ClusterPlatform
{
    /// <summary>
    /// Puts PostgreSQL behind the relational port, the work queue and the leases, in place of what was registered for them. The other ports stay; they have a
    /// <see cref="Orrery.Platform.Hosting.DataFolder"/>, to which the database then belongs.
    /// </summary>
    public static IServiceCollection AddPostgres(this IServiceCollection services, PostgresOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<PostgresConnections>();
        services.AddSingleton<DatabaseHome>();
        services.AddSingleton<PostgresMigration>();
        services.AddSingleton<PostgresDatabase>();
        services.AddSingleton<WorkWakes>();
        services.Replace(ServiceDescriptor.Singleton<IDatabase>(provider => provider.GetRequiredService<PostgresDatabase>()));
        services.Replace(ServiceDescriptor.Singleton<IWorkQueue, PostgresWorkQueue>());
        services.Replace(ServiceDescriptor.Singleton<ILeases, PostgresLeases>());
        RelationalServices.Add(services);
        return services;
    }
}
