using Microsoft.Extensions.DependencyInjection;
using Orrery.Embedded;
using Orrery.Platform.Analytics;
using Orrery.Platform.Blobs;
using Orrery.Platform.Hosting;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Relational;
using Orrery.Platform.Signals;
using Orrery.Platform.Work;

namespace Orrery.Tests;

/// <summary>
/// All ports on real adapters over a temporary folder (see <see cref="TestDatabase"/>), plus whatever modules the test adds, migrated and ready:
/// <code>await using var platform = await TestPlatform.StartAsync(services => services.AddLedger(), time);</code>
/// </summary>
internal sealed class TestPlatform : IAsyncDisposable
{
    private readonly TempFolder? _ownFolder;
    private readonly ServiceProvider _services;

    private TestPlatform(string path, TempFolder? ownFolder, IServiceCollection services)
    {
        _ownFolder = ownFolder;
        Path = path;
        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
    }

    /// <summary>The data folder.</summary>
    public string Path { get; }

    /// <summary>Everything that is registered.</summary>
    public IServiceProvider Services => _services;

    public IDatabase Database => Get<IDatabase>();

    public IBlobStore Blobs => Get<IBlobStore>();

    public IKeyValueStore KeyValues => Get<IKeyValueStore>();

    public ISignalLog Signals => Get<ISignalLog>();

    public IWorkQueue Work => Get<IWorkQueue>();

    public ILeases Leases => Get<ILeases>();

    public AnalyticsEngine Analytics => Get<AnalyticsEngine>();

    /// <summary>A registered service.</summary>
    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>A platform in a new folder that is removed at the end.</summary>
    public static Task<TestPlatform> StartAsync(Action<IServiceCollection>? configure = null, TimeProvider? time = null)
    {
        var folder = new TempFolder();
        return OpenAsync(folder.Path, folder, configure, time);
    }

    /// <summary>A platform in a folder that the test owns: to close it and open it again.</summary>
    public static Task<TestPlatform> StartInAsync(TempFolder folder, Action<IServiceCollection>? configure = null, TimeProvider? time = null) =>
        StartAtAsync(folder.Path, configure, time);

    /// <summary>As <see cref="StartInAsync"/>, for a process that is only told the path.</summary>
    public static Task<TestPlatform> StartAtAsync(string path, Action<IServiceCollection>? configure = null, TimeProvider? time = null) =>
        OpenAsync(path, null, configure, time);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _ownFolder?.Dispose();
    }

    private static async Task<TestPlatform> OpenAsync(string path, TempFolder? ownFolder, Action<IServiceCollection>? configure, TimeProvider? time)
    {
        var services = new ServiceCollection();
        if (time is not null)
            services.AddSingleton(time);
        services.AddEmbeddedPlatform(new DataFolder(path));
        TestDatabase.Add(services);
        configure?.Invoke(services);
        await TestDatabase.PrepareAsync(services, path);
        var platform = new TestPlatform(path, ownFolder, services);
        try
        {
            await EmbeddedPlatform.MigrateAsync(platform.Services);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }
}
