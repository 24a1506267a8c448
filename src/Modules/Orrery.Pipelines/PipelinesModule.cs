using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Resources;
using Orrery.Pipelines.Definition;
using Orrery.Pipelines.Runs;
using Orrery.Pipelines.Steps;
using Orrery.Pipelines.Storage;
using Orrery.Pipelines.Triggers;
using Orrery.Pipelines.Worker;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;

namespace Orrery.Pipelines;

/// <summary>Pipelines: declared DAGs of steps that run durably, by hand, by schedule and upon signals.</summary>
public static class PipelinesModule
{
    /// <summary>Registers the pipelines; modules contribute steps by registering <see cref="IStepKind"/>s.</summary>
    public static IServiceCollection AddPipelines(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleOptions<PipelinesOptions>(configuration, "Pipelines");
        MigrationSource.Add(services, typeof(PipelinesModule).Assembly);
        services.AddSingleton(provider => new StepKinds(provider.GetServices<IStepKind>));
        services.AddSingleton<PipelineRegistry>();
        services.AddSingleton<PipelineStore>();
        services.AddSingleton<Subscriptions>();
        services.AddSingleton<IResourceKind, PipelineKind>();
        services.AddSingleton<RunBoard>();
        services.AddSingleton<PipelineRuns>();
        services.AddSingleton<IPipelines>(provider => provider.GetRequiredService<PipelineRuns>());
        services.AddSingleton<StepRunner>();
        services.AddSingleton<RunDriver>();
        services.AddHostedService<PipelineWorker>();
        services.AddHostedService<ScheduleTrigger>();
        services.AddHostedService<SignalTrigger>();
        return services;
    }

    /// <summary>Maps the module's part of the native API.</summary>
    public static IEndpointRouteBuilder MapPipelines(this IEndpointRouteBuilder routes)
    {
        PipelineEndpoints.Map(routes);
        return routes;
    }
}
