using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Orrery.Platform.Hosting;

/// <summary>Settings of modules.</summary>
public static class ModuleOptions
{
    /// <summary>Registers a module's options from a section of the configuration; what is out of range ends the start.</summary>
    public static IServiceCollection AddModuleOptions<TOptions>(this IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class
    {
        services.AddOptions<TOptions>().Bind(configuration.GetSection(section)).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }
}
