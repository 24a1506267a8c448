using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources.Yaml;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Resources;

/// <summary>What applying did to each document, in the order of their references.</summary>
public sealed record ApplyResult(bool DryRun, IReadOnlyList<ResourceChange> Changes);

/// <summary>A declared resource as it is read back.</summary>
public sealed record ResourceView(string Kind, string Name, string Workspace, int Version, JsonElement Spec, string CreatedBy, DateTimeOffset CreatedAt);

internal static class ResourceEndpoints
{
    private const string YamlType = "application/yaml"; // RFC 9512
    private const long MaxBodyBytes = YamlReader.MaxCharacters * 3L;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var resources = routes.MapApi("Resources", "/resources");
        resources.MapPost("/apply", ApplyAsync).RequireRole(Role.Editor).WithName("ApplyResources").Accepts<string>(YamlType, "application/json")
            .WithSummary("Checks and applies declared resources, as YAML documents or JSON; ?dryRun=true only says what would change.");
        resources.MapGet("/kinds", Kinds).RequireRole(Role.Viewer).WithName("ListResourceKinds").WithSummary("The kinds that can be declared.");
        resources.MapGet("/kinds/{kind}/schema", Schema).RequireRole(Role.Viewer).WithName("GetResourceSchema").WithSummary("The JSON schema of a kind's spec.");
        resources.MapGet("/{kind}", ListAsync).RequireRole(Role.Viewer).WithName("ListResources").WithSummary("The resources of a kind, by name.");
        resources.MapGet("/{kind}/{name}", GetAsync).RequireRole(Role.Viewer).WithName("GetResource")
            .Produces<ResourceView>().Produces<string>(StatusCodes.Status200OK, YamlType)
            .WithSummary("A resource as YAML (?format=yaml, or Accept: application/yaml) or JSON.");
    }

    private static async Task<Ok<ApplyResult>> ApplyAsync(
        HttpContext http, IResources resources, bool? dryRun, string? origin, CancellationToken cancellationToken)
    {
        var text = await ReadAsync(http.Request, cancellationToken);
        var documents = http.Request.HasJsonContentType() ? ResourceJson.Parse(text, origin ?? "the body") : ResourceYaml.Parse(text, origin ?? "the body");
        var mode = dryRun == true ? ApplyMode.DryRun : ApplyMode.Apply;
        return TypedResults.Ok(new ApplyResult(mode == ApplyMode.DryRun, await resources.ApplyAsync(http.Caller(), documents, mode, cancellationToken)));
    }

    private static Ok<IReadOnlyList<string>> Kinds(IResources resources) =>
        TypedResults.Ok<IReadOnlyList<string>>([.. resources.Kinds.Select(kind => kind.Kind.ToPascalCase())]);

    private static Ok<JsonNode> Schema(ResourceKinds kinds, AssetKind kind) => TypedResults.Ok(SpecSchema.Of(kinds.Get(kind)));

    private static async Task<Ok<Page<ResourceView>>> ListAsync(
        HttpContext http, ResourceStore resources, ResourceKinds kinds, AssetKind kind, [AsParameters] PageQuery page, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        kinds.Get(kind);
        var found = await resources.LatestAsync(caller, kind, page.ToRequest(), cancellationToken);
        return TypedResults.Ok(new Page<ResourceView>([.. found.Items.Select(version => View(caller, version))], found.Next));
    }

    private static async Task<IResult> GetAsync(
        HttpContext http, IAssets assets, ResourceKinds kinds, AssetKind kind, string name, int? version, string? format, CancellationToken cancellationToken)
    {
        kinds.Get(kind);
        var caller = http.Caller();
        var found = await assets.GetAsync(caller, new AssetRef(kind, name, version), cancellationToken);
        var yaml = format?.ToLowerInvariant() switch
        {
            "yaml" => true,
            "json" => false,
            null => http.Request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType.Value?.EndsWith("yaml", StringComparison.OrdinalIgnoreCase) == true),
            _ => throw new InvalidException($"Expected format=yaml or format=json, got '{format}'."),
        };
        return yaml
            ? TypedResults.Text(ResourceYaml.Write(new ResourceDocument(kind, name, found.Manifest) { Workspace = caller.Workspace }), YamlType)
            : TypedResults.Ok(View(caller, found));
    }

    private static ResourceView View(Caller caller, AssetVersion version) =>
        new(version.Kind.ToPascalCase(), version.Name, caller.Workspace, version.Number, version.Manifest, version.CreatedBy, version.CreatedAt);

    private static async Task<string> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBodyBytes)
            throw new QuotaExceededException($"The body has {request.ContentLength} bytes; resources come in at most {MaxBodyBytes}.");
        using var reader = new StreamReader(request.Body);
        var buffer = new char[8192];
        var text = new System.Text.StringBuilder();
        for (int read; (read = await reader.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            text.Append(buffer, 0, read);
            if (text.Length > YamlReader.MaxCharacters)
                throw new QuotaExceededException($"The body has more than {YamlReader.MaxCharacters} characters; apply it in parts.");
        }

        return text.ToString();
    }
}
