using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Audit;

internal static class AuditEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var audit = routes.MapApi("Audit", "/audit");
        audit.MapGet("", ListAsync).RequireRole(Role.Viewer).WithName("ListAudit").WithSummary("Changes in the workspace, newest first, optionally of one subject.");
        // It reads the whole chain, of all workspaces, so it is not for everybody.
        audit.MapGet("/verification", VerifyAsync).RequireRole(Role.Approver).WithName("VerifyAudit")
            .WithSummary("Walks the whole hash chain and names the first record that does not fit.");
    }

    private static async Task<Ok<Page<AuditRecord>>> ListAsync(
        HttpContext http, IAudit audit, string? subject, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        TypedResults.Ok(await audit.ListAsync(http.Caller(), subject, page.ToRequest(), cancellationToken));

    private static async Task<Ok<AuditVerification>> VerifyAsync(IAudit audit, CancellationToken cancellationToken) =>
        TypedResults.Ok(await audit.VerifyAsync(cancellationToken));
}
