using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Http;

namespace Orrery.Features.Online;

/// <summary>Entities whose features are wanted.</summary>
/// <param name="Entities">For each entity the service's keys: <c>{ "origin": "ATL", "destination": "BOS" }</c>; at most 1,000.</param>
/// <param name="At">The request's time, which decides expiry; now where it is left out.</param>
internal sealed record OnlineRequest(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Entities, DateTimeOffset? At = null);

/// <summary>The features of the entities.</summary>
/// <param name="Features">The features' names.</param>
/// <param name="Rows">For each entity its values.</param>
internal sealed record OnlineResponse(IReadOnlyList<string> Features, IReadOnlyList<OnlineRow> Rows);

/// <summary>The features of one entity, in the order of the names.</summary>
/// <param name="Values">The values; null where a feature has none.</param>
/// <param name="Statuses">What came of reading each.</param>
/// <param name="Ticks">When each came into force; null where there is none.</param>
internal sealed record OnlineRow(IReadOnlyList<double?> Values, IReadOnlyList<FeatureStatus> Statuses, IReadOnlyList<DateTimeOffset?> Ticks);

internal static class FeatureServiceEndpoints
{
    private const int MaxEntities = 1_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("Features").MapPost("/feature-services/{name}/online", ReadAsync).RequireRole(Role.Viewer).WithName("ReadOnlineFeatures")
            .WithSummary("The newest features of entities, with status and tick of each.");

    private static async Task<OnlineResponse> ReadAsync(
        string name, OnlineRequest request, HttpContext http, IOnlineFeatures online, TimeProvider time, CancellationToken cancellationToken)
    {
        if (request.Entities.Count is 0 or > MaxEntities)
            throw new InvalidException($"Expected 1 to {MaxEntities} entities, got {request.Entities.Count}.");
        var reader = await online.OpenAsync(http.Caller(), name, cancellationToken);
        var at = request.At ?? time.GetUtcNow();
        return new(reader.Features, [.. request.Entities.Select((entity, i) => Read(reader, Keys(reader, entity, i), at))]);
    }

    private static OnlineRow Read(IOnlineFeatureReader reader, string[] keys, DateTimeOffset at)
    {
        var values = new double[reader.Features.Count];
        var readings = new FeatureReading[values.Length];
        reader.Read(keys, at, values, readings);
        return new(
            [.. values.Select(v => double.IsNaN(v) ? (double?)null : v)],
            [.. readings.Select(r => r.Status)],
            [.. readings.Select(r => r.Status == FeatureStatus.NotFound ? (DateTimeOffset?)null : r.Tick)]);
    }

    private static string[] Keys(IOnlineFeatureReader reader, IReadOnlyDictionary<string, JsonElement> entity, int row)
    {
        if (entity.Keys.Except(reader.Keys).FirstOrDefault() is { } unknown)
            throw new InvalidException($"entities/{row} has the unknown key '{unknown}'; the service takes {string.Join(", ", reader.Keys)}.");
        return [.. reader.Keys.Select(key => entity.TryGetValue(key, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Array or JsonValueKind.Object)
            ? value.ToString() is var text && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? text.ToLowerInvariant() : text
            : throw new InvalidException($"entities/{row} needs the key '{key}' as text, an integer or a boolean."))];
    }
}
