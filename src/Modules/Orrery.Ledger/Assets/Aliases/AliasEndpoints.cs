using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Assets.Aliases;

/// <summary>What is asked of a version before an alias may point at it.</summary>
public sealed record ProtectAlias(string Gate, int Approvals = 0);

internal static class AliasEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var aliases = routes.MapApi("Assets", "/assets/{kind}/{name}");
        aliases.MapGet("/alias-history", HistoryAsync).RequireRole(Role.Viewer).WithName("GetAliasHistory").WithSummary("Where the aliases pointed, newest first.");
        aliases.MapPost("/aliases/{alias}/rollback", RollBackAsync).RequireRole(Role.Editor).WithName("RollBackAlias")
            .WithSummary("Points an alias at the version that it pointed at before; a protected one takes an approver.");
        aliases.MapGet("/protections", ListAsync).RequireRole(Role.Viewer).WithName("ListProtections").WithSummary("The protected aliases.");
        aliases.MapPut("/protections/{alias}", ProtectAsync).RequireRole(Role.Approver).WithName("ProtectAlias")
            .WithSummary("From now on the alias points only at versions that a gate let through and so many have approved.");
        aliases.MapDelete("/protections/{alias}", UnprotectAsync).RequireRole(Role.Approver).WithName("UnprotectAlias").WithSummary("Takes the protection away.");
    }

    private static async Task<Ok<Page<AliasMove>>> HistoryAsync(
        HttpContext http, IAliases aliases, AssetKind kind, string name, string? alias, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        TypedResults.Ok(await aliases.HistoryAsync(http.Caller(), kind, name, alias, page.ToRequest(), cancellationToken));

    private static async Task<Ok<AliasMove>> RollBackAsync(
        HttpContext http, IAliases aliases, AssetKind kind, string name, string alias, CancellationToken cancellationToken) =>
        TypedResults.Ok(await aliases.RollBackAsync(http.Caller(), kind, name, alias, cancellationToken));

    private static async Task<Ok<IReadOnlyList<AliasProtection>>> ListAsync(
        HttpContext http, IAliases aliases, AssetKind kind, string name, CancellationToken cancellationToken) =>
        TypedResults.Ok(await aliases.ProtectionsAsync(http.Caller(), kind, name, cancellationToken));

    private static async Task<Ok<AliasProtection>> ProtectAsync(
        HttpContext http, IAliases aliases, AssetKind kind, string name, string alias, ProtectAlias body, CancellationToken cancellationToken) =>
        TypedResults.Ok(await aliases.ProtectAsync(http.Caller(), kind, name, alias, body.Gate, body.Approvals, cancellationToken));

    private static async Task<NoContent> UnprotectAsync(
        HttpContext http, IAliases aliases, AssetKind kind, string name, string alias, CancellationToken cancellationToken)
    {
        await aliases.UnprotectAsync(http.Caller(), kind, name, alias, cancellationToken);
        return TypedResults.NoContent();
    }
}
