using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Gateway.Caching;
using Orrery.Gateway.Calls;
using Orrery.Gateway.Providers;
using Orrery.Gateway.Providers.Anthropic;
using Orrery.Gateway.Providers.Local;
using Orrery.Gateway.Providers.Local.Encoders;
using Orrery.Gateway.Providers.Remote;
using Orrery.Gateway.Responses;
using Orrery.Gateway.Routes;
using Orrery.Gateway.Usage;
using Orrery.Ledger.Resources;
using Orrery.Platform.Hosting;
using Orrery.Platform.Relational;

namespace Orrery.Gateway;

/// <summary>The gateway: language models behind declared routes.</summary>
public static class GatewayModule
{
    /// <summary>Registers the gateway; it stands on Platform's ports and the ledger. No model is opened and no connection made before the first request.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleOptions<GatewayOptions>(configuration, "Gateway");
        MigrationSource.Add(services, typeof(GatewayModule).Assembly);
        services.AddSingleton<IResourceKind, RouteKind>();
        services.AddSingleton<ProviderHttp>();
        services.AddSingleton<RemoteExchange>();
        services.AddSingleton<OpenAiProvider>();
        services.AddSingleton<AnthropicProvider>();
        services.AddSingleton<LocalModels>();
        services.AddSingleton<LocalEncoders>();
        services.AddSingleton<LocalEmbedding>();
        services.AddSingleton<LocalRanking>();
        services.AddSingleton<LocalProvider>();
        services.AddSingleton<UsageStore>();
        services.AddSingleton<IGatewayUsage>(provider => provider.GetRequiredService<UsageStore>());
        services.AddSingleton<AnswerCache>();
        services.AddSingleton<RouteDirectory>();
        services.AddSingleton<TargetOrder>();
        services.AddSingleton<Attempts>();
        services.AddSingleton<ResponseStore>();
        services.AddSingleton<IResponses, ResponseDesk>();
        services.AddSingleton<IGateway, RouteDesk>();
        return services;
    }

    /// <summary>Maps the module's native routes.</summary>
    public static IEndpointRouteBuilder MapGateway(this IEndpointRouteBuilder routes)
    {
        UsageEndpoints.Map(routes);
        return routes;
    }
}
