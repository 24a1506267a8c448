using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Data.Datasets;
using Orrery.Data.Datasets.Storage;
using Orrery.Data.Ingestion;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.Analytics;
using Orrery.Tests;

namespace Orrery.Data.Tests;

/// <summary>The module on a real ledger and real stores in a temporary folder.</summary>
internal static class DataTest
{
    public static readonly Caller Ada = new(Caller.DefaultWorkspace, "user:ada", Role.Editor);

    /// <summary>Row groups as small as DuckDB makes them, so that 4,096 rows are one part and more are several.</summary>
    public static readonly PartLayout SmallParts = new(RowGroupRows: 2048);

    public static Task<TestPlatform> StartAsync(params (string Key, string Value)[] settings) => StartAsync(new PartLayout(), settings);

    public static Task<TestPlatform> StartAsync(PartLayout layout, params (string Key, string Value)[] settings) => TestPlatform.StartAsync(services =>
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build();
        services.AddLedger(configuration);
        services.AddData(configuration);
        services.AddSingleton(layout);
    });

    public static IDatasets Datasets(this TestPlatform platform) => platform.Get<IDatasets>();

    public static IIngestion Ingestion(this TestPlatform platform) => platform.Get<IIngestion>();

    /// <summary>Applies resources written in YAML.</summary>
    public static Task ApplyAsync(this TestPlatform platform, string yaml) =>
        platform.Get<IResources>().ApplyAsync(Ada, ResourceYaml.Parse(yaml, "test.yaml"), ApplyMode.Apply);

    /// <summary>Declares the source <c>s</c> into the dataset <c>d</c>.</summary>
    /// <param name="platform">Where.</param>
    /// <param name="spec">The rest of its spec, each line indented by two.</param>
    public static Task DeclareAsync(this TestPlatform platform, string spec = "") =>
        platform.ApplyAsync($"kind: Source\nname: s\nspec:\n  dataset: d\n{spec}");

    public static Task<IngestResult> IngestAsync(this TestPlatform platform, string text, IngestMode mode = IngestMode.Append) =>
        platform.IngestAsync(Encoding.UTF8.GetBytes(text), mode);

    public static async Task<IngestResult> IngestAsync(this TestPlatform platform, byte[] bytes, IngestMode mode = IngestMode.Append)
    {
        using var stream = new MemoryStream(bytes);
        return await platform.Ingestion().IngestAsync(Ada, new("s", "file.csv", mode), stream);
    }

    /// <summary>The defects that an ingestion found, as short texts: <c>line 3, delay 'x': wrongType</c>.</summary>
    public static async Task<IReadOnlyList<string>> DefectsAsync(this TestPlatform platform, IngestResult result) =>
        [.. (await platform.Ingestion().QuarantineAsync(Ada, result.Run!.Value, new())).Items.Select(q => $"row {q.Row}, line {q.Line}, {q.Column} '{q.Value}': {q.Reason}")];

    /// <summary>The rows of a dataset version, each as its values joined by bars.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(this TestPlatform platform, VersionId version)
    {
        var dataset = await platform.Datasets().OpenAsync(Ada, version);
        using var session = platform.Analytics.Open();
        var values = string.Join(" || '|' || ", dataset.Manifest.Columns.Select(c => $"coalesce(CAST({Sql.Name(c.Name)} AS VARCHAR), '-')"));
        return await session.QueryAsync($"SELECT {values} FROM {Sql.Parquet(dataset.Paths)}", row => row.GetString(0));
    }

    /// <summary>Writes a query as a version of the dataset <c>d</c>.</summary>
    public static async Task<Dataset> WriteAsync(this TestPlatform platform, string query, string? timestamp = null, VersionId? appendTo = null)
    {
        using var session = platform.Analytics.Open();
        return await platform.Datasets().WriteAsync(Ada, new("d", timestamp, AppendTo: appendTo), session, query);
    }
}
