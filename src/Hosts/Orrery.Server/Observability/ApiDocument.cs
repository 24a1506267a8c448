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
            {
                var nullable = type != context.JsonTypeInfo.Type || context.JsonPropertyInfo is { IsGetNullable: true };
                var said = nullable ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
                (schema.Type, schema.Format, schema.Description) = (said, null, schema.Description ?? description);
            }

            return Task.CompletedTask;
        });
        openApi.AddSchemaTransformer((schema, context, _) =>
        {
            DescribeNumber(schema, context.JsonTypeInfo.Type);
            // Nulls are left out when they are written, and need not be sent.
            foreach (var property in context.JsonTypeInfo.Properties.Where(property => property.IsGetNullable))
                schema.Required?.Remove(property.Name);
            return Task.CompletedTask;
        });
        openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "Orrery", Version = "v1", Description = "The native API. Errors are problem details (RFC 9457); lists are paged by cursor." };
            document.Servers = [];
            // A text that may be null somewhere is null there, and not wherever its schema is named.
            foreach (var type in Texts.Keys)
            {
                if (document.Components?.Schemas?.TryGetValue(type.Name, out var text) == true && text is OpenApiSchema schema)
                    schema.Type = JsonSchemaType.String;
            }

            return Task.CompletedTask;
        });
    });

    // NaN and the infinities are written by name; the generator takes that for an object, and forgets null.
    private static void DescribeNumber(OpenApiSchema schema, Type type)
    {
        if (schema.AnyOf is not { Count: > 0 } forms || (Nullable.GetUnderlyingType(type) ?? type) is var number && number != typeof(double) && number != typeof(float))
            return;
        schema.Type = null;
        if (number != type)
            forms.Add(new OpenApiSchema { Type = JsonSchemaType.Null });
    }

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
