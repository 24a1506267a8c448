using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Data.Datasets;
using Orrery.Data.Datasets.Profiles;
using Orrery.Data.Datasets.Storage;
using Orrery.Data.Expectations;
using Orrery.Data.Expressions;
using Orrery.Data.Ingestion;
using Orrery.Data.Sources;
using Orrery.Data.Steps;
using Orrery.Ledger.Resources;
using Orrery.Pipelines.Steps;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;

namespace Orrery.Data;

/// <summary>Sources, ingestion, datasets, validation, profiles: the module's two entries.</summary>
public static class DataModule
{
    /// <summary>Registers the module; it stands on Platform's ports and on the ledger.</summary>
    public static IServiceCollection AddData(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleOptions<DataOptions>(configuration, "Data");
        MigrationSource.Add(services, typeof(DataModule).Assembly);
        services.AddSingleton(new PartLayout());
        services.AddSingleton<CanonicalParquet>();
        services.AddSingleton<ProfileQuery>();
        services.AddSingleton<ProfileStore>();
        services.AddSingleton<DatasetStore>();
        services.AddSingleton<IDatasets>(provider => provider.GetRequiredService<DatasetStore>());
        services.AddSingleton<ExpressionParser>();
        services.AddSingleton<Sandbox>();
        services.AddSingleton<IResourceKind, SourceKind>();
        services.AddSingleton<ExpectationCompiler>();
        services.AddSingleton<IResourceKind, ExpectationSuiteKind>();
        services.AddSingleton<SuiteInference>();
        services.AddSingleton<ValidationRecord>();
        services.AddSingleton<BatchSuite>();
        services.AddSingleton<IExpectations, DatasetValidation>();
        services.AddSingleton<BatchLoader>();
        services.AddSingleton<Derivation>();
        services.AddSingleton<BatchJudge>();
        services.AddSingleton<DatasetAppend>();
        services.AddSingleton<IngestRecord>();
        services.AddSingleton<IIngestion, FileIngestion>();
        services.AddSingleton<DatasetRows>();
        services.AddSingleton<DatasetDownload>();
        services.AddSingleton<AllowedFiles>();
        services.AddSingleton<IStepKind, IngestStep>();
        services.AddSingleton<IStepKind, ValidateStep>();
        services.AddSingleton<IStepKind, ProfileStep>();
        return services;
    }

    /// <summary>Maps the module's part of the native API.</summary>
    public static IEndpointRouteBuilder MapData(this IEndpointRouteBuilder routes)
    {
        DatasetEndpoints.Map(routes);
        IngestionEndpoints.Map(routes);
        return routes;
    }
}
