using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Assets.Signatures;

/// <summary>The public half of the server's key.</summary>
/// <param name="Pem">In PEM (SubjectPublicKeyInfo).</param>
public sealed record SigningKey(string Pem);

internal static class SignatureEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var versions = routes.MapApi("Assets", "/assets/{kind}/{name}/versions/{version}/signature");
        versions.MapGet("", GetAsync).RequireRole(Role.Viewer).WithName("GetSignature").WithSummary("What the server signed about a version, and whether that still holds.");
        versions.MapPost("", SignAsync).RequireRole(Role.Approver).WithName("SignVersion").WithSummary("Signs what the version is, which gates let it through and who approved it.");
        routes.MapApi("Assets", "/signing-key").MapGet("", Key).RequireRole(Role.Viewer).WithName("GetSigningKey").WithSummary("The key that verifies this server's signatures.");
    }

    private static async Task<Ok<VersionSignature>> GetAsync(
        HttpContext http, ISignatures signatures, AssetKind kind, string name, string version, CancellationToken cancellationToken) =>
        TypedResults.Ok(await signatures.GetAsync(http.Caller(), AssetEndpoints.Reference(kind, name, version), cancellationToken));

    private static async Task<Ok<VersionSignature>> SignAsync(
        HttpContext http, ISignatures signatures, AssetKind kind, string name, string version, CancellationToken cancellationToken) =>
        TypedResults.Ok(await signatures.SignAsync(http.Caller(), AssetEndpoints.Reference(kind, name, version), cancellationToken));

    private static Ok<SigningKey> Key(ISignatures signatures) => TypedResults.Ok(new SigningKey(signatures.PublicKey));
}
