using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Webhooks;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow;
using Orrery.Protocols.Mlflow.Webhooks;
using Orrery.Protocols.Mlflow.Wire;
using Orrery.Protocols.OpenAi;
using Orrery.Protocols.OpenInference.Grpc;
using Orrery.Protocols.OpenInference.Http;
using Orrery.Protocols.Otlp;
using Orrery.Protocols.Qdrant.Endpoints;
using Orrery.Protocols.Qdrant.Grpc;

namespace Orrery.Protocols;

/// <summary>The wires that people's clients speak already. Each is a thin translation, without state and without rules.</summary>
public static class ProtocolsModule
{
    /// <summary>Registers what the wires need; the modules they translate to are registered on their own.</summary>
    public static IServiceCollection AddProtocols(this IServiceCollection services)
    {
        // As large as an HTTP body may be; Serving bounds both.
        services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = 16 << 20);
        services.AddSingleton<IWebhookFormat, MlflowWebhookFormat>();
        return services;
    }

    /// <summary>What the wires do with requests that no route takes; after routing.</summary>
    public static IApplicationBuilder UseProtocols(this IApplicationBuilder app)
    {
        DoubledSlashes.Use(app);
        return app;
    }

    /// <summary>Whether a path is MLflow's: its routes are a third of the server's, and often the only ones that are called.</summary>
    public static bool IsOfMlflow(PathString path) => MlflowEndpoints.Serves(path);

    /// <summary>Maps MLflow's wire.</summary>
    public static IEndpointRouteBuilder MapMlflow(this IEndpointRouteBuilder routes)
    {
        MlflowEndpoints.Map(routes);
        return routes;
    }

    /// <summary>Maps every other wire.</summary>
    public static IEndpointRouteBuilder MapProtocols(this IEndpointRouteBuilder routes)
    {
        OpenInferenceEndpoints.Map(routes);
        OtlpEndpoints.Map(routes);
        QdrantEndpoints.Map(routes);
        OpenAiEndpoints.Map(routes);
        routes.MapGrpcService<InferenceGrpc>().RequireRole(Role.Viewer);
        routes.MapGrpcService<OtlpGrpc>().RequireRole(Role.Editor);
        QdrantGrpc.Map(routes);
        return routes;
    }
}
