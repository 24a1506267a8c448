using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Lineage;

/// <summary>Where a walk starts (exactly one of the first four), which way and how far it goes.</summary>
/// <remarks>Properties, because the request delegate generator cannot name a constructor with a parameter of type <c>string?</c> (CS8639).</remarks>
internal sealed record WalkQuery
{
    /// <summary>An asset version: <c>model/flights@champion</c>.</summary>
    [FromQuery(Name = "ref")]
    public string? Ref { get; init; }

    /// <summary>A run's id.</summary>
    [FromQuery(Name = "run")]
    public RunId? Run { get; init; }

    /// <summary>An endpoint's name.</summary>
    [FromQuery(Name = "endpoint")]
    public string? Endpoint { get; init; }

    /// <summary>A signal: <c>stream#id</c>.</summary>
    [FromQuery(Name = "signal")]
    public string? Signal { get; init; }

    /// <summary>Upstream, downstream or both; both where nobody says.</summary>
    [FromQuery(Name = "direction")]
    public string? Direction { get; init; }

    /// <summary>Steps, 1 to 64; 16 where nobody says.</summary>
    [FromQuery(Name = "depth")]
    public int? Depth { get; init; }
}

internal static class LineageEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("Lineage").MapGet("/lineage", WalkAsync).RequireRole(Role.Viewer).WithName("WalkLineage")
            .WithSummary("What a version, run, endpoint or signal was made from, and what was made from it.");

    private static async Task<Ok<LineageGraph>> WalkAsync(
        HttpContext http, ILineage lineage, IAssets assets, [AsParameters] WalkQuery query, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var start = await StartAsync(caller, assets, query, cancellationToken);
        return TypedResults.Ok(await lineage.WalkAsync(caller, start, QueryWord.Read<LineageDirection>(query.Direction, "direction") ?? LineageDirection.Both, query.Depth ?? 16, cancellationToken));
    }

    private static async Task<LineageNodeId> StartAsync(Caller caller, IAssets assets, WalkQuery query, CancellationToken cancellationToken) => query switch
    {
        { Ref: { } text, Run: null, Endpoint: null, Signal: null } => LineageNodeId.Of((await assets.GetAsync(caller, Reference(text), cancellationToken)).Id),
        { Ref: null, Run: { } run, Endpoint: null, Signal: null } => LineageNodeId.Of(run),
        { Ref: null, Run: null, Endpoint: { } name, Signal: null } => LineageNodeId.Endpoint(name),
        { Ref: null, Run: null, Endpoint: null, Signal: { } id } => new(LineageNodeKind.Signal, id),
        _ => throw new InvalidException("A walk starts at exactly one of ref, run, endpoint, signal; for example ?ref=model/flights@champion."),
    };

    private static AssetRef Reference(string text) => AssetRef.TryParse(text, out var reference)
        ? reference
        : throw new InvalidException($"Expected ref=KIND/NAME, KIND/NAME@ALIAS or KIND/NAME:NUMBER, such as model/flights@champion; got '{text}'.");
}
