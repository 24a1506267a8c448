using System.Text.Json;
using Orrery.Search.Filters;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads bounds of numbers and moments, and places.</summary>
internal static class RangeReader
{
    public static FieldTest Read(JsonElement range)
    {
        var moments = range.ValueKind == JsonValueKind.Object && range.EnumerateObject().Any(bound => bound.Value.ValueKind == JsonValueKind.String);
        return moments ? new MomentRange(Bounds(range, Moment)) : Bounds(range, (bound, name) => bound.Number(name));
    }

    public static NumberRange Bounds(JsonElement range, Func<JsonElement, string, double> read)
    {
        double? Bound(string name) => range.Member(name) is { } bound ? read(bound, name) : null;
        return new(Bound("gt"), Bound("gte"), Bound("lt"), Bound("lte"));
    }

    public static double Moment(JsonElement value, string name) => Moments.TryParse(value.Text(name), out var microseconds)
        ? microseconds
        : throw QdrantRefusal.Format($"`{name}` is no moment: expected RFC 3339 such as 2024-01-31T12:00:00Z, got '{value.GetString()}'");

    public static GeoPoint Place(JsonElement place)
    {
        var point = new GeoPoint(place.Required("lon").Number("lon"), place.Required("lat").Number("lat"));
        return point.Longitude is >= -180 and <= 180 && point.Latitude is >= -90 and <= 90
            ? point
            : throw QdrantRefusal.Format($"longitude must be within -180 and 180 and latitude within -90 and 90, got {point.Longitude}, {point.Latitude}");
    }

    public static GeoPolygon Polygon(JsonElement polygon) => new(
        Ring(polygon.Required("exterior"), "exterior"),
        polygon.Member("interiors") is { } holes ? [.. holes.Items("interiors").Select(hole => Ring(hole, "interiors"))] : []);

    private static List<GeoPoint> Ring(JsonElement ring, string name)
    {
        var points = ring.Required("points").Items("points").Select(Place).ToList();
        if (points.Count < 4)
            throw QdrantRefusal.Validation($"geo_polygon.{name}", "polygon invalid, the size must be at least 4");
        return points[0] == points[^1] ? points : throw QdrantRefusal.Validation($"geo_polygon.{name}", "polygon invalid, the first and the last points should be the same to form a closed line");
    }
}
