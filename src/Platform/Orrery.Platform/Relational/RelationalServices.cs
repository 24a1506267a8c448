using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Orrery.Platform.Relational;

/// <summary>What every adapter of the relational port needs beside it.</summary>
internal static class RelationalServices
{
    /// <summary>Registers it once, however many adapters are registered over each other.</summary>
    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton<KnownMigrations>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DatabaseStartup>());
    }
}
