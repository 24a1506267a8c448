using Orrery.Platform.Access;
using Scalar.AspNetCore;

namespace Orrery.Server.Observability;

/// <summary>The OpenAPI document of the native API at <c>/api/v1/openapi.json</c> (committed as <c>docs/openapi.json</c>) and its reference page at <c>/api</c>.</summary>
internal static class ApiDocument
{
    public const string DocumentName = "v1";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi(DocumentName, openApi =>
    {
        openApi.ShouldInclude = description => description.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true
            || description.RelativePath is "healthz" or "readyz";
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "Orrery", Version = "v1", Description = "The native API. Errors are problem details (RFC 9457); lists are paged by cursor." };
            document.Servers = [];
            return Task.CompletedTask;
        });
    });

    public static void MapApiDocument(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/api/{documentName}/openapi.json").RequireRole(Role.Viewer);
        routes.MapScalarApiReference("/api", page => page
            .WithTitle("Orrery API")
            .WithOpenApiRoutePattern("/api/v1/openapi.json")
            .DisableDefaultFonts()).RequireRole(Role.Viewer);
    }
}
