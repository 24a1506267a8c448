using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Server.Access;

/// <summary>A token to make.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Scopes">The collections that it is kept to, with the documents of each; none where left out.</param>
public sealed record CreateTokenRequest(string Name, Role Role, IReadOnlyList<CollectionScope>? Scopes = null);

internal static class TokenEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapApi("Access", "/tokens").RequireRole(Role.Admin);
        tokens.MapGet("/", (HttpContext http, TokenStore store, CancellationToken ct) => store.ListAsync(http.Caller(), ct))
            .WithName("ListTokens").WithSummary("Lists the workspace's API tokens, without their secrets.");
        tokens.MapPost("/", (CreateTokenRequest body, HttpContext http, TokenStore store, CancellationToken ct) =>
                store.CreateAsync(http.Caller(), body.Name, body.Role, body.Scopes, ct))
            .WithName("CreateToken").WithSummary("Makes an API token. Its secret is in this answer and never again.");
        tokens.MapDelete("/{name}", async (string name, HttpContext http, TokenStore store, CancellationToken ct) =>
            {
                await store.RevokeAsync(http.Caller(), name, ct);
                return TypedResults.NoContent();
            })
            .WithName("RevokeToken").WithSummary("Revokes an API token at once.");
        routes.MapApi("Access").MapGet("/me", (HttpContext http) => http.Caller()).RequireRole(Role.Viewer)
            .WithName("WhoAmI").WithSummary("Says who the caller is, in which workspace, with which role.");
    }
}
