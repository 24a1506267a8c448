using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Platform.Access;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>Answers one kind of request.</summary>
internal delegate Task MlflowHandler(MlflowCall call);

/// <summary>Where MLflow's routes stand: each under <c>/api/V.0/mlflow</c>, which the clients call, and <c>/ajax-api/V.0/mlflow</c>, which pages call.</summary>
internal sealed class MlflowRoutes(IEndpointRouteBuilder routes)
{
    private static readonly string[] Prefixes = ["/api", "/ajax-api"];

    /// <summary>The host's own routes, for paths that do not begin as MLflow's do.</summary>
    public IEndpointRouteBuilder Host => routes;

    public MlflowRoutes Get(string path, Role role, MlflowHandler handler, int version = 2) => Map(HttpMethods.Get, path, role, handler, version);

    public MlflowRoutes Post(string path, Role role, MlflowHandler handler, int version = 2) => Map(HttpMethods.Post, path, role, handler, version);

    public MlflowRoutes Patch(string path, Role role, MlflowHandler handler, int version = 2) => Map(HttpMethods.Patch, path, role, handler, version);

    public MlflowRoutes Delete(string path, Role role, MlflowHandler handler, int version = 2) => Map(HttpMethods.Delete, path, role, handler, version);

    private MlflowRoutes Map(string method, string path, Role role, MlflowHandler handler, int version)
    {
        foreach (var prefix in Prefixes)
        {
            routes.MapMethods($"{prefix}/{version}.0/mlflow{path}", [method], context => AnswerAsync(context, handler))
                .RequireRole(role).ExcludeFromDescription();
        }

        return this;
    }

    /// <summary>Reads a request, hands it to <paramref name="handler"/>, and answers what goes wrong in MLflow's shape.</summary>
    public static Task AnswerAsync(HttpContext context, MlflowHandler handler) => MlflowErrors.AnswerAsync(context, async () =>
    {
        using var body = await MlflowBody.ReadAsync(context.Request, context.RequestAborted);
        await handler(new(context, new(body.Root) { OfQuery = HttpMethods.IsGet(context.Request.Method) }));
    });
}
