using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Assets;

/// <summary>A version to add through the API.</summary>
/// <param name="Manifest">What the version is: any JSON object that names each blob by digest.</param>
/// <param name="Run">The run that wrote it.</param>
/// <param name="Tags">Free labels.</param>
public sealed record AddVersion(JsonElement Manifest, RunId? Run = null, IReadOnlyDictionary<string, string>? Tags = null);

/// <summary>Where an alias is to point.</summary>
public sealed record SetAlias(int Version);

/// <summary>Where an alias points now, and where it pointed before.</summary>
public sealed record AliasMoved(string Alias, int Version, int? Before);

/// <summary>Tags to set; null removes one.</summary>
public sealed record SetTags(IReadOnlyDictionary<string, string?> Tags);

internal static class AssetEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var assets = routes.MapApi("Assets", "/assets");
        assets.MapGet("", ListAsync).RequireRole(Role.Viewer).WithName("ListAssets").WithSummary("Assets by name, of one kind or of all.");
        assets.MapGet("/{kind}/{name}", GetAsync).RequireRole(Role.Viewer).WithName("GetAsset").WithSummary("An asset with its aliases.");
        assets.MapGet("/{kind}/{name}/versions", ListVersionsAsync).RequireRole(Role.Viewer).WithName("ListVersions").WithSummary("The versions of an asset, newest first.");
        assets.MapPost("/{kind}/{name}/versions", AddVersionAsync).RequireRole(Role.Editor).WithName("AddVersion")
            .WithSummary("Adds a version; where the latest has the same content, that one is returned instead.");
        assets.MapGet("/{kind}/{name}/versions/{version}", GetVersionAsync).RequireRole(Role.Viewer).WithName("GetVersion")
            .WithSummary("A version by number, by alias, or 'latest'.");
        assets.MapPut("/{kind}/{name}/aliases/{alias}", SetAliasAsync).RequireRole(Role.Editor).WithName("SetAlias").WithSummary("Points an alias at a version.");
        assets.MapDelete("/{kind}/{name}/aliases/{alias}", DeleteAliasAsync).RequireRole(Role.Editor).WithName("DeleteAlias").WithSummary("Removes an alias.");
        assets.MapPatch("/{kind}/{name}/versions/{version}/tags", SetTagsAsync).RequireRole(Role.Editor).WithName("SetTags").WithSummary("Sets and removes tags of a version.");
    }

    private static async Task<Ok<Page<Asset>>> ListAsync(
        HttpContext http, IAssets assets, AssetKind? kind, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        TypedResults.Ok(await assets.ListAsync(http.Caller(), kind, page.ToRequest(), cancellationToken));

    private static async Task<Ok<Asset>> GetAsync(HttpContext http, IAssets assets, AssetKind kind, string name, CancellationToken cancellationToken) =>
        TypedResults.Ok(await assets.GetAssetAsync(http.Caller(), kind, name, cancellationToken));

    private static async Task<Ok<Page<AssetVersion>>> ListVersionsAsync(
        HttpContext http, IAssets assets, AssetKind kind, string name, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        TypedResults.Ok(await assets.ListVersionsAsync(http.Caller(), kind, name, page.ToRequest(), cancellationToken));

    private static async Task<Ok<AssetVersion>> AddVersionAsync(
        HttpContext http, IAssets assets, IResources resources, AssetKind kind, string name, AddVersion body, CancellationToken cancellationToken)
    {
        // A declared kind has a spec that must be checked; adding its manifest here would go around that.
        if (resources.Kinds.Any(declared => declared.Kind == kind))
            throw new InvalidException($"A {kind.ToPascalCase()} is declared: send it to /api/v1/resources/apply.");
        return TypedResults.Ok(await assets.AddVersionAsync(http.Caller(), new(kind, name, body.Manifest, body.Run, body.Tags), cancellationToken));
    }

    private static async Task<Ok<AssetVersion>> GetVersionAsync(
        HttpContext http, IAssets assets, AssetKind kind, string name, string version, CancellationToken cancellationToken) =>
        TypedResults.Ok(await assets.GetAsync(http.Caller(), Reference(kind, name, version), cancellationToken));

    private static async Task<Ok<AliasMoved>> SetAliasAsync(
        HttpContext http, IAssets assets, AssetKind kind, string name, string alias, SetAlias body, CancellationToken cancellationToken)
    {
        var before = await assets.SetAliasAsync(http.Caller(), new(kind, name, body.Version), alias, cancellationToken);
        return TypedResults.Ok(new AliasMoved(alias, body.Version, before?.Number));
    }

    private static async Task<NoContent> DeleteAliasAsync(
        HttpContext http, IAssets assets, AssetKind kind, string name, string alias, CancellationToken cancellationToken)
    {
        await assets.DeleteAliasAsync(http.Caller(), kind, name, alias, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<AssetVersion>> SetTagsAsync(
        HttpContext http, IAssets assets, AssetKind kind, string name, string version, SetTags body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var found = await assets.GetAsync(caller, Reference(kind, name, version), cancellationToken);
        await assets.SetTagsAsync(caller, found.Id, body.Tags, cancellationToken);
        return TypedResults.Ok(await assets.GetAsync(caller, found.Id, cancellationToken));
    }

    /// <summary>What a path calls a version: a number, an alias, or 'latest'.</summary>
    public static AssetRef Reference(AssetKind kind, string name, string version) =>
        version == "latest" ? new(kind, name)
        : int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new(kind, name, number)
        : new(kind, name, Alias: version);
}
