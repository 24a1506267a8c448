using Orrery.Protocols.Mlflow.Artifacts;
using Orrery.Protocols.Mlflow.Traces;
using Orrery.Protocols.Mlflow.Webhooks;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Models;

/// <summary>The part of the wire that is about the model registry: models, their files, and who is told of them.</summary>
internal static class ModelEndpoints
{
    public static void Map(MlflowRoutes routes, TraceFiles traceFiles)
    {
        var services = routes.Host.ServiceProvider;
        var (models, uris) = (new RegisteredModels(services), new ArtifactUris(services));
        new RegisteredModelEndpoints(services, models).Map(routes);
        new ModelVersionEndpoints(services, models, new ModelSources(services, models, uris), uris).Map(routes);
        new RunArtifactEndpoints(services, models, uris).Map(routes);
        new ArtifactProxyEndpoints(services, traceFiles).Map(routes.Host);
        new WebhookEndpoints(services).Map(routes);
    }
}
