using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Assets.Promotion;

/// <summary>A version to offer.</summary>
/// <param name="Version">Which.</param>
/// <param name="To">To which workspace.</param>
public sealed record OfferVersion(AssetRef Version, string To);

/// <summary>An offered version to take.</summary>
/// <param name="From">The workspace that offered it.</param>
/// <param name="Version">Which, by number.</param>
public sealed record TakeVersion(string From, AssetRef Version);

internal static class PromotionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var offers = routes.MapApi("Promotion", "/offers");
        offers.MapGet("", ListAsync).RequireRole(Role.Viewer).WithName("ListOffers").WithSummary("Versions that other workspaces offer to this one.");
        offers.MapPost("", OfferAsync).RequireRole(Role.Approver).WithName("OfferVersion").WithSummary("Lets another workspace take a copy of a version.");
        routes.MapApi("Promotion", "/promotions").MapPost("", TakeAsync).RequireRole(Role.Editor).WithName("TakeVersion")
            .WithSummary("Takes a version that another workspace offered.");
    }

    private static async Task<Ok<IReadOnlyList<VersionOffer>>> ListAsync(HttpContext http, IPromotions promotions, CancellationToken cancellationToken) =>
        TypedResults.Ok(await promotions.OffersAsync(http.Caller(), cancellationToken));

    private static async Task<Ok<VersionOffer>> OfferAsync(HttpContext http, IPromotions promotions, OfferVersion body, CancellationToken cancellationToken) =>
        TypedResults.Ok(await promotions.OfferAsync(http.Caller(), body.Version, body.To, cancellationToken));

    private static async Task<Ok<AssetVersion>> TakeAsync(HttpContext http, IPromotions promotions, TakeVersion body, CancellationToken cancellationToken) =>
        TypedResults.Ok(await promotions.TakeAsync(http.Caller(), body.From, body.Version, cancellationToken));
}
