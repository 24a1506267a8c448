using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Gates;

/// <summary>Evidence about a version for a gate to judge.</summary>
public sealed record EvaluateGate(AssetRef Version, IReadOnlyDictionary<string, double> Evidence, RunId? Run = null);

/// <summary>An approval of a version.</summary>
public sealed record ApproveVersion(AssetRef Version, string Comment = "");

/// <summary>What gates have said about a version, and who approved it.</summary>
public sealed record GateStanding(IReadOnlyList<GateReport> Reports, IReadOnlyList<GateApproval> Approvals);

internal static class GateEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var gates = routes.MapApi("Gates", "/gates");
        gates.MapGet("/standing", StandingAsync).RequireRole(Role.Viewer).WithName("GetGateStanding")
            .WithSummary("Reports about a version, newest first, and its approvals.");
        gates.MapPost("/{gate}/reports", EvaluateAsync).RequireRole(Role.Editor).WithName("EvaluateGate").WithSummary("Judges a version by the gate's rules and keeps the report.");
        gates.MapPost("/{gate}/approvals", ApproveAsync).RequireRole(Role.Approver).WithName("ApproveVersion").WithSummary("Approves a version that somebody else made.");
    }

    private static async Task<Ok<GateStanding>> StandingAsync(HttpContext http, IGates gates, IAssets assets, string version, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var reference = AssetRef.TryParse(version, out var parsed) ? parsed : throw new InvalidException($"Expected version=model/flights:3, got '{version}'.");
        var subject = await assets.GetAsync(caller, reference, cancellationToken);
        return TypedResults.Ok(new GateStanding(
            await gates.ReportsAsync(caller, subject.Id, cancellationToken), await gates.ApprovalsAsync(caller, subject.Id, cancellationToken)));
    }

    private static async Task<Ok<GateReport>> EvaluateAsync(
        HttpContext http, IGates gates, IAssets assets, string gate, EvaluateGate body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var subject = await assets.GetAsync(caller, body.Version, cancellationToken);
        return TypedResults.Ok(await gates.EvaluateAsync(caller, gate, subject.Id, body.Evidence, body.Run, cancellationToken));
    }

    private static async Task<Ok<GateApproval>> ApproveAsync(
        HttpContext http, IGates gates, IAssets assets, string gate, ApproveVersion body, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var subject = await assets.GetAsync(caller, body.Version, cancellationToken);
        return TypedResults.Ok(await gates.ApproveAsync(caller, gate, subject.Id, body.Comment, cancellationToken));
    }
}
