using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Artifacts;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Assets.Aliases;
using Orrery.Ledger.Assets.Promotion;
using Orrery.Ledger.Assets.Registry;
using Orrery.Ledger.Assets.Search;
using Orrery.Ledger.Assets.Signatures;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Evaluation;
using Orrery.Ledger.Evaluation.Scorers;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Keys;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.LoggedModels;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Runs.Logs;
using Orrery.Ledger.Runs.Metrics;
using Orrery.Ledger.Runs.Reproduction;
using Orrery.Ledger.Traces;
using Orrery.Ledger.Traces.Assessments;
using Orrery.Ledger.Webhooks;
using Orrery.Ledger.Workspaces;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;

namespace Orrery.Ledger;

/// <summary>The ledger: workspaces, assets, runs, declared resources, lineage, audit and gates.</summary>
public static class LedgerModule
{
    /// <summary>Registers the ledger; needs an <see cref="IDatabase"/> and a blob store.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleOptions<LedgerOptions>(configuration, "Ledger");
        MigrationSource.Add(services, typeof(LedgerModule).Assembly);
        services.AddSingleton<IAudit, AuditLog>();
        services.AddSingleton<IWorkspaces, WorkspaceStore>();
        services.AddModuleOptions<WebhookOptions>(configuration, "Ledger:Webhooks");
        services.AddSingleton<ServerKeys>();
        services.AddSingleton<EventOutbox>();
        services.AddSingleton<IWebhookFormat, CloudEventsFormat>();
        services.AddSingleton<WebhookHttp>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookDeliverer>();
        services.AddSingleton<IWebhooks, WebhookStore>();
        services.AddSingleton<WebhookRelay>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookRelay>());
        services.AddSingleton<VersionWriter>();
        services.AddSingleton<AliasWriter>();
        services.AddSingleton<IAliases, AliasStore>();
        services.AddSingleton<VersionKeeping>();
        services.AddSingleton<IRegistry, RegistryStore>();
        services.AddSingleton<IAssetSearch, AssetSearchStore>();
        services.AddSingleton<ISignatures, SignatureStore>();
        services.AddSingleton<IPromotions, PromotionStore>();
        services.AddSingleton<AssetLabels>();
        services.AddSingleton<IAssets, AssetStore>();
        services.AddSingleton<RunEnvironmentReader>();
        services.AddSingleton<IFolders, FolderStore>();
        services.AddHostedService<DefaultFolderRoot>();
        services.AddSingleton<MetricNames>();
        services.AddSingleton<ILoggedModels, LoggedModelStore>();
        services.AddSingleton<TraceRecorder>();
        services.AddSingleton<ITraces, TraceStore>();
        services.AddSingleton<ISignalNames, TraceNames>();
        services.AddSingleton<IAssessments, AssessmentStore>();
        services.AddSingleton<RecordWriter>();
        services.AddSingleton<IEvaluationDatasets, EvaluationStore>();
        services.AddSingleton<IScorers, ScorerStore>();
        services.AddSingleton<RunLogger>();
        services.AddSingleton<LiveRuns>();
        services.AddSingleton<RunCode>();
        services.AddSingleton<IRuns, RunStore>();
        services.AddSingleton<IRunLogs, RunLogStore>();
        services.AddSingleton<IReproductions, ReproductionHandler>();
        services.AddHostedService<RunKeeping>();
        services.AddSingleton<TraceRetention>();
        services.AddHostedService(provider => provider.GetRequiredService<TraceRetention>());
        services.AddSingleton<IArtifactTree, ArtifactTree>();
        services.AddSingleton<IArtifactUploads, ArtifactUploads>();
        services.AddSingleton<SignalLabels>();
        services.AddSingleton<ILineage, LineageStore>();
        services.AddSingleton(provider => new ResourceKinds(new(provider.GetServices<IResourceKind>)));
        services.AddSingleton<MissingReference>();
        services.AddSingleton<SpecBases>();
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

    /// <summary>Maps the module's part of the native API.</summary>
    public static IEndpointRouteBuilder MapLedger(this IEndpointRouteBuilder routes)
    {
        WorkspaceEndpoints.Map(routes);
        ResourceEndpoints.Map(routes);
        AssetEndpoints.Map(routes);
        AliasEndpoints.Map(routes);
        RegistryEndpoints.Map(routes);
        SignatureEndpoints.Map(routes);
        PromotionEndpoints.Map(routes);
        WebhookEndpoints.Map(routes);
        RunEndpoints.Map(routes);
        ReproductionEndpoints.Map(routes);
        RunLogEndpoints.Map(routes);
        ArtifactEndpoints.Map(routes);
        TraceEndpoints.Map(routes);
        LineageEndpoints.Map(routes);
        AuditEndpoints.Map(routes);
        GateEndpoints.Map(routes);
        return routes;
    }
}
