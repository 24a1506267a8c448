using System.Text.Json;
using Orrery.Search.Filters;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads filters.</summary>
internal static class FilterReader
{
    private static readonly string[] Members = ["must", "should", "must_not", "min_should"];

    public static Filter? Read(JsonElement? filter) => filter is { } value ? Read(value, 0) : null;

    public static Condition ReadCondition(JsonElement condition) => ReadCondition(condition, 0);

    /// <summary>Whether an object is a condition, by what it has.</summary>
    public static bool IsCondition(JsonElement value) => value.ValueKind == JsonValueKind.Object
        && value.EnumerateObject().Any(member => member.Name is "key" or "is_empty" or "is_null" or "has_id" or "has_vector" or "nested" or "slice" || Members.Contains(member.Name));

    private static Filter Read(JsonElement filter, int depth)
    {
        if (depth > Filter.MaxDepth)
            throw QdrantRefusal.Format($"filters are nested deeper than {Filter.MaxDepth} levels");
        if (filter.ValueKind != JsonValueKind.Object)
            throw QdrantRefusal.Format($"expected a filter, got {JsonRead.Shown(filter)}");
        foreach (var member in filter.Members("filter").Where(member => !Members.Contains(member.Name)))
            throw QdrantRefusal.Format($"unknown field `{member.Name}`, expected one of `should`, `min_should`, `must`, `must_not`");
        return new()
        {
            Must = Conditions(filter, "must", depth),
            Should = Conditions(filter, "should", depth),
            MustNot = Conditions(filter, "must_not", depth),
            MinShould = filter.Member("min_should") is { } least
                ? new([.. least.Required("conditions").OneOrMany().Select(condition => ReadCondition(condition, depth + 1))], least.Required("min_count").Whole("min_count"))
                : null,
        };
    }

    private static List<Condition> Conditions(JsonElement filter, string name, int depth) =>
        filter.Member(name) is { } conditions ? [.. conditions.OneOrMany().Select(condition => ReadCondition(condition, depth + 1))] : [];

    private static Condition ReadCondition(JsonElement condition, int depth)
    {
        if (condition.Member("key") is { } key)
            return Field(key.Path("key"), condition);
        if (condition.Member("is_empty") is { } empty)
            return new IsEmpty(empty.Required("key").Path("key"));
        if (condition.Member("is_null") is { } isNull)
            return new IsNull(isNull.Required("key").Path("key"));
        if (condition.Member("has_id") is { } ids)
            return new HasId(ids.Items("has_id").Select(PointReader.Id).ToHashSet());
        if (condition.Member("has_vector") is { } vector)
            return new HasVector(vector.Text("has_vector"));
        if (condition.Member("nested") is { } nested)
            return new Nested(nested.Required("key").Path("key"), Read(nested.Required("filter"), depth + 1));
        if (condition.Member("slice") is { } slice)
            return Slice(slice);
        if (!IsCondition(condition))
            throw QdrantRefusal.Format("Expected some form of condition, which can be a field condition (like {\"key\": ..., \"match\": ... }), or some other mentioned in the documentation");
        return new SubFilter(Read(condition, depth + 1));
    }

    private static IdSlice Slice(JsonElement slice)
    {
        var (total, index) = (slice.Required("total").Whole("slice.total"), slice.Required("index").Whole("slice.index"));
        if (total == 0)
            throw QdrantRefusal.Format("invalid value for `slice.total`: expected a nonzero u32");
        return index < total ? new(index, total) : throw QdrantRefusal.Validation("slice.index", $"Validation error: index {index} must be less than total {total}");
    }

    private static FieldCondition Field(PayloadPath path, JsonElement condition)
    {
        var tests = new List<FieldTest>();
        if (condition.Member("match") is { } match)
            tests.Add(MatchReader.Read(match));
        if (condition.Member("range") is { } range)
            tests.Add(RangeReader.Read(range));
        if (condition.Member("geo_bounding_box") is { } box)
            tests.Add(new GeoBox(RangeReader.Place(box.Required("top_left")), RangeReader.Place(box.Required("bottom_right"))));
        if (condition.Member("geo_radius") is { } radius)
            tests.Add(new GeoRadius(RangeReader.Place(radius.Required("center")), radius.Required("radius").Number("radius")));
        if (condition.Member("geo_polygon") is { } polygon)
            tests.Add(RangeReader.Polygon(polygon));
        if (condition.Member("values_count") is { } count)
            tests.Add(new ValuesCount(RangeReader.Bounds(count, (bound, name) => bound.Number(name))));
        if (condition.Member("is_empty") is { } empty)
            tests.Add(new EmptyTest(empty.Truth("is_empty")));
        if (condition.Member("is_null") is { } isNull)
            tests.Add(new NullTest(isNull.Truth("is_null")));
        return tests.Count > 0 ? new(path, tests) : throw QdrantRefusal.Validation("filter", "At least one field condition must be specified");
    }
}
