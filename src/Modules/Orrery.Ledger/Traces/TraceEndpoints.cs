using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Traces.Spans;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Ledger.Traces;

/// <summary>Traces of the native API. They are written by the wires that applications trace with.</summary>
internal static class TraceEndpoints
{
    private const int MaxFolders = 1000;
    private const int MaxSpans = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var traces = routes.MapApi("Traces", "/traces");
        traces.MapGet("", ListAsync).RequireRole(Role.Viewer).WithName("ListTraces")
            .WithSummary("Traces that meet a filter, the newest first: of one folder, or of all.");
        traces.MapGet("/{trace}", GetAsync).RequireRole(Role.Viewer).WithName("GetTrace")
            .WithSummary("A trace with its spans as a tree. Its id with or without the 'tr-' of MLflow's clients.");
        traces.MapDelete("/{trace}", DeleteAsync).RequireRole(Role.Editor).WithName("DeleteTrace").WithSummary("Deletes a trace with its spans and assessments for good.");
    }

    private static async Task<Ok<Page<TraceSummary>>> ListAsync(
        HttpContext http, ITraces traces, IFolders folders, string? folder, string? filter, string? orderBy, [AsParameters] PageQuery page, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var within = folder is null
            ? (await folders.SearchAsync(caller, new(Limit: MaxFolders), cancellationToken)).Items
            : [await folders.FindAsync(caller, folder, cancellationToken) ?? throw new NotFoundException($"There is no folder '{folder}' in the workspace '{caller.Workspace}'.")];
        var names = within.ToDictionary(one => one.Number, one => one.Name);
        var wanted = page.ToRequest();
        var found = await traces.SearchAsync(caller, new([.. names.Keys], filter, orderBy is null ? null : [orderBy], wanted.CheckedLimit, wanted.Cursor), cancellationToken);
        return TypedResults.Ok(new Page<TraceSummary>([.. found.Items.Select(trace => TraceSummary.Of(trace, names[trace.Folder]))], found.Next));
    }

    private static async Task<Ok<TraceDetail>> GetAsync(HttpContext http, ITraces traces, IFolders folders, string trace, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var found = await traces.GetAsync(caller, trace, cancellationToken);
        var spans = await traces.SpansAsync(caller, found.Id, cancellationToken);
        var start = spans.Count == 0 ? 0 : spans.Min(span => span.Start);
        var folder = await folders.GetAsync(caller, found.Folder, cancellationToken);
        return TypedResults.Ok(new TraceDetail(
            TraceSummary.Of(found, folder.Name), found.Metadata, [.. SpanTree.Of(spans, MaxSpans).Select(row => SpanView.Of(row, start))]));
    }

    private static async Task<NoContent> DeleteAsync(HttpContext http, ITraces traces, string trace, CancellationToken cancellationToken)
    {
        var caller = http.Caller();
        var found = await traces.GetAsync(caller, trace, cancellationToken);
        await traces.DeleteAsync(caller, new(found.Folder, Ids: [found.Id]), cancellationToken);
        return TypedResults.NoContent();
    }
}
