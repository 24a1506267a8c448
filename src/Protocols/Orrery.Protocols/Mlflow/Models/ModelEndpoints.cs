using Orrery.Protocols.Mlflow.Artifacts;
using Orrery.Protocols.Mlflow.Traces;
using Orrery.Protocols.Mlflow.Webhooks;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Models;

/// <summary>The part of the wire that is about the model registry: models, their files, and who is told of them.</summary>
internal static class ModelEndpoints
{
    /// <summary>Maps them; what GraphQL asks of them comes back.</summary>
    public static (MlflowHandler SearchVersions, MlflowHandler ListArtifacts) Map(MlflowRoutes routes, TraceFiles traceFiles, ArtifactFolders folders)
    {
        var services = routes.Host.ServiceProvider;
        var (models, uris) = (new RegisteredModels(services), new ArtifactUris(services));
        new RegisteredModelEndpoints(services, models).Map(routes);
        var (versions, artifacts) = (new ModelVersionEndpoints(services, models, new ModelSources(services, models, uris), uris), new RunArtifactEndpoints(services, models, uris, folders));
        versions.Map(routes);
        artifacts.Map(routes);
        new ArtifactProxyEndpoints(services, traceFiles).Map(routes.Host);
        new WebhookEndpoints(services).Map(routes);
        return (versions.SearchAsync, artifacts.ListAsync);
    }
}
