using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Resources;
using Orrery.Monitoring.Alerts;
using Orrery.Monitoring.Monitors;
using Orrery.Monitoring.References;
using Orrery.Monitoring.Storage;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Hosting;
using Orrery.Platform.Ownership;
using Orrery.Platform.Relational;

namespace Orrery.Monitoring;

/// <summary>Labels joined to predictions, drift, performance, alerts: the module's two entries.</summary>
public static class MonitoringModule
{
    /// <summary>Registers the module; it stands on Platform's ports, the ledger and the datasets.</summary>
    public static IServiceCollection AddMonitoring(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleOptions<MonitoringOptions>(configuration, "Monitoring");
        MigrationSource.Add(services, typeof(MonitoringModule).Assembly);
        services.AddSingleton<MonitorStore>();
        services.AddSingleton<MonitorQueries>();
        services.AddSingleton<AlertStore>();
        services.AddSingleton<ReferenceQuery>();
        services.AddSingleton<ReferenceStore>();
        services.AddSingleton<AlertRules>();
        services.AddSingleton<AlertAnnouncer>();
        services.AddSingleton<WindowEvaluation>();
        services.AddSingleton<MonitorRun>();
        services.AddSingleton<WatchedEndpoints>();
        services.AddSingleton<IOwnerFactory<EndpointWatch>, EndpointWatchFactory>();
        services.AddSingleton<IResourceKind, MonitorKind>();
        services.AddSingleton<IMonitors, MonitorCatalog>();
        services.AddSingleton<ISignalNames, AlertNames>();
        services.AddHostedService<EndpointFollower>();
        return services;
    }

    /// <summary>Maps the module's part of the native API.</summary>
    public static IEndpointRouteBuilder MapMonitoring(this IEndpointRouteBuilder routes)
    {
        MonitorEndpoints.Map(routes);
        return routes;
    }
}
