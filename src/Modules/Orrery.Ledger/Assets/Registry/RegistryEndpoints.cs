using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Assets.Registry;

/// <summary>What is to change about an asset; null leaves it.</summary>
public sealed record ChangeAsset(string? Name = null, string? Description = null);

/// <summary>What is to change about a version; null leaves it.</summary>
public sealed record ChangeVersion(string? Description = null);

// A declared resource is taken back where it was declared: its module must hear of it, which the registry's changes would go around.
internal static class RegistryEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var assets = routes.MapApi("Assets", "/assets");
        assets.MapPost("", CreateAsync).RequireRole(Role.Editor).WithName("CreateAsset").WithSummary("Makes an asset that has no version yet.");
        assets.MapPatch("/{kind}/{name}", ChangeAsync).RequireRole(Role.Editor).WithName("ChangeAsset").WithSummary("Renames an asset, describes it anew, or both.");
        assets.MapDelete("/{kind}/{name}", DeleteAsync).RequireRole(Role.Editor).WithName("DeleteAsset")
            .WithSummary("Deletes an asset with its versions; the record of what they were stays.");
        assets.MapPatch("/{kind}/{name}/tags", SetTagsAsync).RequireRole(Role.Editor).WithName("SetAssetTags").WithSummary("Sets and removes tags of an asset.");
        assets.MapPatch("/{kind}/{name}/versions/{version}", ChangeVersionAsync).RequireRole(Role.Editor).WithName("ChangeVersion").WithSummary("Describes a version anew.");
        assets.MapDelete("/{kind}/{name}/versions/{version}", DeleteVersionAsync).RequireRole(Role.Editor).WithName("DeleteVersion")
            .WithSummary("Deletes a version and the aliases that point at it; the record of what it was stays.");
    }

    private static async Task<Created<Asset>> CreateAsync(HttpContext http, IRegistry registry, IResources resources, NewAsset body, CancellationToken cancellationToken)
    {
        RefuseDeclared(resources, body.Kind);
        var asset = await registry.CreateAsync(http.Caller(), body, cancellationToken);
        return TypedResults.Created($"{NativeApi.Root}/assets/{asset.Kind}/{Uri.EscapeDataString(asset.Name)}", asset);
    }

    private static async Task<Ok<Asset>> ChangeAsync(
        HttpContext http, IRegistry registry, IAssets assets, IResources resources, AssetKind kind, string name, ChangeAsset body, CancellationToken cancellationToken)
    {
        RefuseDeclared(resources, kind);
        var caller = http.Caller();
        if (body.Description is { } description)
            await registry.DescribeAsync(caller, kind, name, description, cancellationToken);
        return TypedResults.Ok(body.Name is { } newName && newName != name
            ? await registry.RenameAsync(caller, kind, name, newName, cancellationToken)
            : await assets.GetAssetAsync(caller, kind, name, cancellationToken));
    }

    private static async Task<NoContent> DeleteAsync(
        HttpContext http, IRegistry registry, IResources resources, AssetKind kind, string name, CancellationToken cancellationToken)
    {
        RefuseDeclared(resources, kind);
        await registry.DeleteAsync(http.Caller(), kind, name, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Asset>> SetTagsAsync(
        HttpContext http, IRegistry registry, IAssets assets, AssetKind kind, string name, SetTags body, CancellationToken cancellationToken)
    {
        await registry.SetTagsAsync(http.Caller(), kind, name, body.Tags, cancellationToken);
        return TypedResults.Ok(await assets.GetAssetAsync(http.Caller(), kind, name, cancellationToken));
    }

    private static async Task<Ok<AssetVersion>> ChangeVersionAsync(
        HttpContext http, IRegistry registry, IAssets assets, AssetKind kind, string name, string version, ChangeVersion body, CancellationToken cancellationToken)
    {
        var reference = AssetEndpoints.Reference(kind, name, version);
        return TypedResults.Ok(body.Description is { } description
            ? await registry.DescribeVersionAsync(http.Caller(), reference, description, cancellationToken)
            : await assets.GetAsync(http.Caller(), reference, cancellationToken));
    }

    private static async Task<NoContent> DeleteVersionAsync(
        HttpContext http, IRegistry registry, IResources resources, AssetKind kind, string name, string version, CancellationToken cancellationToken)
    {
        RefuseDeclared(resources, kind);
        await registry.DeleteVersionAsync(http.Caller(), AssetEndpoints.Reference(kind, name, version), cancellationToken);
        return TypedResults.NoContent();
    }

    private static void RefuseDeclared(IResources resources, AssetKind kind)
    {
        if (resources.Kinds.Any(declared => declared.Kind == kind))
            throw new InvalidException($"A {kind.ToPascalCase()} is declared: change its declaration and send it to /api/v1/resources/apply.");
    }
}
