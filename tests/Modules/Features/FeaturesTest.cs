using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Data;
using Orrery.Data.Datasets;
using Orrery.Features.Services;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Tests;

namespace Orrery.Features.Tests;

/// <summary>The module on real adapters in a temporary folder, with Ledger and Data below it.</summary>
internal static class FeaturesTest
{
    public static readonly Caller Ada = new(Caller.DefaultWorkspace, "user:ada", Role.Editor);

    public static Task<TestPlatform> StartAsync() => TestPlatform.StartAsync(Configure);

    public static Task<TestPlatform> StartInAsync(TempFolder folder) => TestPlatform.StartInAsync(folder, Configure);

    public static Task ApplyAsync(this TestPlatform platform, string view, FeatureViewSpec spec) => platform.ApplyAsync(AssetKind.FeatureView, view, spec);

    public static Task ApplyAsync(this TestPlatform platform, string service, FeatureServiceSpec spec) => platform.ApplyAsync(AssetKind.FeatureService, service, spec);

    /// <summary>Writes events as a dataset version.</summary>
    public static async Task<Dataset> WriteEventsAsync(this TestPlatform platform, IReadOnlyList<Event> events, string name = "flights")
    {
        using var session = platform.Analytics.Open();
        return await platform.Get<IDatasets>().WriteAsync(Ada, new(name, "landed"), session, Event.Sql(events));
    }

    /// <summary>Writes the rows of a query as a dataset version.</summary>
    public static async Task<Dataset> WriteAsync(this TestPlatform platform, string name, string query)
    {
        using var session = platform.Analytics.Open();
        return await platform.Get<IDatasets>().WriteAsync(Ada, new(name), session, query);
    }

    public static async Task<RunId> StartRunAsync(this TestPlatform platform) => (await platform.Get<IRuns>().StartAsync(Ada, new("test", "test"))).Id;

    /// <summary>The rows of a dataset, in order.</summary>
    public static List<object?[]> Rows(this TestPlatform platform, Dataset dataset)
    {
        using var session = platform.Analytics.Open();
        using var command = session.CreateCommand();
        command.CommandText = $"SELECT * FROM {Orrery.Platform.Analytics.Sql.Parquet(dataset.Paths)}";
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return rows;
    }

    private static async Task ApplyAsync(this TestPlatform platform, AssetKind kind, string name, object spec) =>
        await platform.Get<IResources>().ApplyAsync(Ada, [new(kind, name, JsonSerializer.SerializeToElement(spec, spec.GetType(), LedgerJson.Options))], ApplyMode.Apply);

    public static void Configure(IServiceCollection services)
    {
        var configuration = new ConfigurationBuilder().Build();
        services.AddLedger(configuration);
        services.AddData(configuration);
        services.AddFeatures();
    }
}
