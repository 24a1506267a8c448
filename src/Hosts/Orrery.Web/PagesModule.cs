using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Hosting;
using MudBlazor.Services;
using Orrery.Platform.Access;
using Orrery.Web.Layout;
using Orrery.Web.Loop;

namespace Orrery.Web;

/// <summary>The pages: Blazor components rendered on the server, on the modules' public contracts alone. Nothing is fetched from elsewhere.</summary>
public static class PagesModule
{
    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices();
        // Reads or makes the keys that forms and circuits are protected with before the server listens, with all of XML for it; the first page does it as well.
        foreach (var keys in services.Where(service => service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Assembly == typeof(DataProtectionOptions).Assembly).ToList())
        {
            services.Remove(keys);
        }

        services.AddHttpContextAccessor();
        services.AddCascadingAuthenticationState();
        services.AddScoped<CurrentCaller>();
        services.AddScoped<LoopOrigins>();
        services.AddScoped<LoopReader>();
        services.AddScoped<EventReader>();
        return services;
    }

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        // A program that was not built with the pages' files (a benchmark) has no manifest of them, and shows no pages.
        if (!HasStaticFiles(routes.ServiceProvider.GetRequiredService<IHostEnvironment>()))
            return;
        routes.MapGroup("").AllowAnonymous().MapStaticAssets();
        routes.MapRazorComponents<App>().AddInteractiveServerRenderMode().RequireRole(Role.Viewer);
    }

    private static bool HasStaticFiles(IHostEnvironment environment) =>
        File.Exists(Path.Combine(AppContext.BaseDirectory, $"{environment.ApplicationName}.staticwebassets.endpoints.json"));
}
