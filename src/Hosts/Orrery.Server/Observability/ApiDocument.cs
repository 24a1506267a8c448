using Microsoft.OpenApi;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Scalar.AspNetCore;

namespace Orrery.Server.Observability;

/// <summary>The OpenAPI document of the native API at <c>/api/v1/openapi.json</c> (committed as <c>docs/openapi.json</c>) and its reference page at <c>/api</c>.</summary>
internal static class ApiDocument
{
    public const string DocumentName = "v1";

    /// <summary>Its maker's link has no setting of its own. Nothing on a page of this server leads elsewhere.</summary>
    private const string OnThisServer = "a[href^='https://scalar.com'] { display: none !important; }";

    private static readonly Dictionary<Type, string> Texts = new()
    {
        [typeof(AssetKind)] = "A kind, such as dataset or FeatureView.",
        [typeof(AssetRef)] = "An asset version, such as model/flights@champion.",
        [typeof(Digest)] = "SHA-256, 64 hexadecimal digits.",
        [typeof(AssetId)] = "32 hexadecimal digits.",
        [typeof(VersionId)] = "32 hexadecimal digits.",
        [typeof(RunId)] = "32 hexadecimal digits.",
        [typeof(TimeSpan)] = "A duration, such as 15m, 24h, 7d or 1h30m.",
    };

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi(DocumentName, openApi =>
    {
        openApi.ShouldInclude = description => description.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true;
        // These write themselves as text, which the generator cannot see.
        openApi.AddSchemaTransformer((schema, context, _) =>
        {
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (Texts.TryGetValue(type, out var description))
                (schema.Type, schema.Format, schema.Description) = (JsonSchemaType.String, null, schema.Description ?? description);
            return Task.CompletedTask;
        });
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
            .DisableDefaultFonts()
            .DisableAgent()
            .DisableMcp()
            .DisableTelemetry()
            .HideClientButton()
            .HideDeveloperTools()
            .WithCustomCss(OnThisServer)).RequireRole(Role.Viewer);
    }
}
