using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Features.Streaming;

/// <summary>Events to push.</summary>
/// <param name="Events">For each event its columns; one that is left out is null. At most 10,000.</param>
internal sealed record PushBody(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Events);

/// <summary>How far events have been pushed.</summary>
/// <param name="Watermark">All events known then or before have been pushed.</param>
internal sealed record AdvanceBody(DateTimeOffset Watermark);

/// <summary>How far to materialize.</summary>
/// <param name="Until">Up to the last tick at or before it; up to the source's last event where it is left out.</param>
internal sealed record MaterializeBody(DateTimeOffset? Until = null);

internal static class FeatureStreamEndpoints
{
    private const int MaxEvents = 10_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapApi("Features");
        var sources = api.MapGroup("/feature-sources");
        sources.MapPost("/{source}/push", PushAsync).RequireRole(Role.Editor).WithName("PushEvents")
            .WithSummary("Takes events in for all feature views over a source; they show at the next advance. With an Idempotency-Key it may be sent again.");
        sources.MapPost("/{source}/advance", AdvanceAsync).RequireRole(Role.Editor).WithName("AdvanceFeatures")
            .WithSummary("Moves the watermark on: the views over the source compute the entities that changed.");
        api.MapPost("/feature-views/{name}/materialize", MaterializeAsync).RequireRole(Role.Editor).WithName("MaterializeFeatureView")
            .WithSummary("Computes the view's online features from its source's rows.");
    }

    // The header is that of draft-ietf-httpapi-idempotency-key-header.
    private static Task<IReadOnlyList<PushReceipt>> PushAsync(
        string source, PushBody body, [FromHeader(Name = "Idempotency-Key")] string? key, HttpContext http, IFeatureStream stream, CancellationToken cancellationToken)
    {
        if (body.Events.Count is 0 or > MaxEvents)
            throw new InvalidException($"Expected 1 to {MaxEvents} events, got {body.Events.Count}.");
        var columns = body.Events.SelectMany(e => e.Keys).Distinct().ToList();
        var rows = body.Events.Select(e => (IReadOnlyList<object?>)[.. columns.Select(c => e.TryGetValue(c, out var value) ? Cell(value) : null)]);
        return stream.PushAsync(http.Caller(), source, new(columns, [.. rows]), key, cancellationToken);
    }

    private static Task<IReadOnlyList<ViewProgress>> AdvanceAsync(string source, AdvanceBody body, HttpContext http, IFeatureStream stream, CancellationToken cancellationToken) =>
        stream.AdvanceAsync(http.Caller(), source, body.Watermark, cancellationToken);

    private static Task<ViewProgress> MaterializeAsync(string name, MaterializeBody body, HttpContext http, IFeatureStream stream, CancellationToken cancellationToken) =>
        stream.MaterializeAsync(http.Caller(), name, body.Until, cancellationToken: cancellationToken);

    private static object? Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out var integer) ? integer : value.GetDouble(),
        JsonValueKind.Null => null,
        _ => throw new InvalidException($"An event's column is text, a number, a boolean or null, got {value.ValueKind}."),
    };
}
