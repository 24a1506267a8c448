using Microsoft.Extensions.DependencyInjection;
using Orrery.Cluster;
using Orrery.Embedded;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;
using Orrery.Platform.Work;

namespace Orrery.Platform.Tests.Cluster;

/// <summary>The platform as one process has it, on a PostgreSQL database that the test names: several of them are several processes.</summary>
internal sealed class PostgresPlatform : IAsyncDisposable
{
    private const string Home = "database-home";

    private readonly ServiceProvider _services;

    private PostgresPlatform(ServiceProvider services) => _services = services;

    public IDatabase Database => _services.GetRequiredService<IDatabase>();

    public IWorkQueue Work => _services.GetRequiredService<IWorkQueue>();

    public ILeases Leases => _services.GetRequiredService<ILeases>();

    /// <summary>Nothing is opened yet.</summary>
    public static PostgresPlatform Make(string connection, string folder, Action<IServiceCollection>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddEmbeddedPlatform(new DataFolder(folder));
        services.AddPostgres(PostgresOptions.Parse(connection));
        configure?.Invoke(services);
        return new(services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true }));
    }

    /// <summary>Opened, and the schema is current.</summary>
    public static async Task<PostgresPlatform> StartAsync(string connection, string folder, Action<IServiceCollection>? configure = null)
    {
        var platform = Make(connection, folder, configure);
        try
        {
            await platform.Database.IsNewAsync();
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes two folders one home, as they will be where blobs and signals are shared: the port itself holds for several processes.</summary>
    public static void ShareHome(string from, string to) => File.Copy(Path.Combine(from, Home), Path.Combine(to, Home));

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
