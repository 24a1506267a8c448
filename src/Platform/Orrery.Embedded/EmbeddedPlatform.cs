using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orrery.Embedded.Blobs;
using Orrery.Embedded.Folder;
using Orrery.Embedded.KeyValues;
using Orrery.Embedded.Ownership;
using Orrery.Embedded.Relational;
using Orrery.Embedded.Signals;
using Orrery.Embedded.Work;
using Orrery.Platform.Analytics;
using Orrery.Platform.Blobs;
using Orrery.Platform.Hosting;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Ownership;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;
using Orrery.Platform.Work;

namespace Orrery.Embedded;

/// <summary>The laptop side of every port: one process and one data folder.</summary>
public static class EmbeddedPlatform
{
    /// <summary>
    /// Registers the ports over <paramref name="folder"/>. Nothing is opened before its first use. A host migrates the database while it
    /// starts; what has no host calls <see cref="MigrateAsync"/>, or leaves it to the first read or write.
    /// </summary>
    public static IServiceCollection AddEmbeddedPlatform(this IServiceCollection services, DataFolder folder)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddSingleton(folder);
        services.AddSingleton<OwnedFolder>();
        services.AddSingleton<IHostedService, FolderStartup>();
        services.AddSingleton(provider => new AnalyticsEngine(new() { SpillFolder = provider.GetRequiredService<OwnedFolder>().ScratchPath }));

        services.AddSingleton<SqliteConnections>();
        services.AddSingleton<SchemaMigration>();
        services.AddSingleton<SqliteDatabase>();
        services.AddSingleton<IDatabase>(provider => provider.GetRequiredService<SqliteDatabase>());
        RelationalServices.Add(services);

        services.AddSingleton<IBlobStore, FileBlobStore>();
        services.AddSingleton<IKeyValueStore, RocksStore>();
        services.AddSingleton<ISignalLog, FileSignalLog>();
        services.AddSingleton<IWorkQueue, DatabaseWorkQueue>();
        services.AddSingleton<ILeases, DatabaseLeases>();
        services.AddSingleton(typeof(IOwners<>), typeof(InProcessOwners<>));
        return services;
    }

    /// <summary>Brings the database to the schema of the registered migrations.</summary>
    public static Task MigrateAsync(IServiceProvider services) => services.GetRequiredService<IDatabase>().IsNewAsync();
}
