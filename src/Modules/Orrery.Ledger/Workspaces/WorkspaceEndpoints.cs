using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Workspaces;

/// <summary>A workspace to make.</summary>
public sealed record NewWorkspace(string Name, string Description = "");

internal static class WorkspaceEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var workspaces = routes.MapApi("Workspaces", "/workspaces");
        workspaces.MapGet("", ListAsync).RequireRole(Role.Viewer).WithName("ListWorkspaces").WithSummary("The workspaces of this server, by name.");
        workspaces.MapPost("", CreateAsync).RequireRole(Role.Admin).WithName("CreateWorkspace").WithSummary("Makes a workspace.");
    }

    private static async Task<Ok<Page<Workspace>>> ListAsync(IWorkspaces workspaces, [AsParameters] PageQuery page, CancellationToken cancellationToken) =>
        TypedResults.Ok(await workspaces.ListAsync(page.ToRequest(), cancellationToken));

    private static async Task<Created<Workspace>> CreateAsync(HttpContext http, IWorkspaces workspaces, NewWorkspace body, CancellationToken cancellationToken)
    {
        var workspace = await workspaces.CreateAsync(http.Caller(), body.Name, body.Description, cancellationToken);
        return TypedResults.Created($"/api/v1/workspaces/{Uri.EscapeDataString(workspace.Name)}", workspace);
    }
}
