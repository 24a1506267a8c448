using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Features.Offline;
using Orrery.Features.Online;
using Orrery.Features.Services;
using Orrery.Features.Steps;
using Orrery.Features.Streaming;
using Orrery.Features.TrainingSets;
using Orrery.Features.Views;
using Orrery.Ledger.Resources;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Ownership;

namespace Orrery.Features;

/// <summary>Feature views and services, point-in-time training sets, the online store, streaming features.</summary>
public static class FeaturesModule
{
    /// <summary>Registers the module. It needs Platform's ports, the Ledger and Data.</summary>
    public static IServiceCollection AddFeatures(this IServiceCollection services)
    {
        services.AddSingleton<IResourceKind, FeatureViewKind>();
        services.AddSingleton<IResourceKind, FeatureServiceKind>();
        services.AddSingleton<IFeatureHistories, FeatureHistories>();
        services.AddSingleton<ITrainingSets, TrainingSetBuilder>();
        services.AddSingleton<OnlineLayouts>();
        services.AddSingleton<IOnlineFeatures, OnlineFeatures>();
        services.AddSingleton<IOwnerFactory<ViewStream>, ViewStreamFactory>();
        services.AddSingleton<EarlierLayouts>();
        services.AddSingleton<IFeatureStream, FeatureStream>();
        services.AddSingleton<IStepKind, MaterializeStep>();
        services.AddSingleton<IStepKind, TrainingSetStep>();
        return services;
    }

    /// <summary>Maps the module's part of the native API.</summary>
    public static IEndpointRouteBuilder MapFeatures(this IEndpointRouteBuilder routes)
    {
        FeatureViewEndpoints.Map(routes);
        FeatureServiceEndpoints.Map(routes);
        FeatureStreamEndpoints.Map(routes);
        return routes;
    }
}
