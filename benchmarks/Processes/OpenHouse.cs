using System.Text.Json;
using DuckDB.NET.Data;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.Analytics;
using Orrery.Server;

namespace Orrery.Benchmarks.Processes;

/// <summary>The whole server in this process on a data folder, not started: nothing listens and nothing works beside what is measured.</summary>
internal sealed class OpenHouse : IAsyncDisposable
{
    public static readonly Caller Caller = Caller.System("benchmarks");

    private readonly WebApplication _app;

    private OpenHouse(WebApplication app) => _app = app;

    public static OpenHouse Open(string folder) => new(OrreryServer.Build(
        new() { DataFolder = folder, HttpPort = 0 }, builder => builder.Logging.ClearProviders()));

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Declares a resource from its spec's record, or from an object of the same shape.</summary>
    public Task ApplyAsync(AssetKind kind, string name, object spec, CancellationToken cancellationToken) => Get<IResources>().ApplyAsync(
        Caller, [new(kind, name, JsonSerializer.SerializeToElement(spec, spec.GetType(), LedgerJson.Options))], ApplyMode.Apply, cancellationToken);

    public DuckDBConnection Analytics() => Get<AnalyticsEngine>().Open();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
