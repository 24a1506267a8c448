using System.Text.Json;
using Orrery.Platform.Access;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>The points of another collection whose ids are the values that groups share.</summary>
internal static class GroupLookup
{
    public static async Task<Dictionary<PointId, StoredPoint>> ReadAsync(
        ICollections collections, Caller caller, JsonElement lookup, IReadOnlyList<PointGroup> groups, CancellationToken cancellationToken)
    {
        var isName = lookup.ValueKind == JsonValueKind.String;
        var name = isName ? lookup.GetString()! : lookup.Required("collection").Text("collection");
        var wanted = isName
            ? new Wanted(PayloadSelection.All, VectorSelection.None)
            : new Wanted(QueryReader.Payload(lookup.Member("with_payload"), otherwise: true), QueryReader.Vectors(lookup.Member("with_vectors") ?? lookup.Member("with_vector")));
        var other = await collections.OpenAsync(caller, name, cancellationToken);
        return other.Retrieve([.. groups.Select(group => IdOf(group.Id)).OfType<PointId>()], wanted).ToDictionary(point => point.Id);
    }

    /// <summary>The point that a group's value names; null where it names none.</summary>
    public static PointId? IdOf(Scalar group) => group.Kind switch
    {
        ScalarKind.Integer when group.Number >= 0 => PointId.Of((ulong)group.Number),
        ScalarKind.Text when PointId.TryParseUuid(group.Text!, out var id) => id,
        _ => null,
    };
}
