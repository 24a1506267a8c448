using System.Text.Json;

namespace Orrery.Search.Filters;

/// <summary>Whether the values at a path pass a test. This is what conditions mean; indexes must say the same.</summary>
internal static class FieldMatch
{
    /// <summary>Whether one of the tests passes.</summary>
    /// <param name="tests">The tests.</param>
    /// <param name="values">What stands at the path.</param>
    /// <param name="words">How the field's text index cuts texts; null where it has none.</param>
    public static bool Passes(IReadOnlyList<FieldTest> tests, List<JsonElement> values, WordRules? words)
    {
        foreach (var test in tests)
        {
            if (Passes(test, values, words))
                return true;
        }

        return false;
    }

    /// <summary>No value, nulls alone, or empty arrays.</summary>
    public static bool IsEmpty(List<JsonElement> values) => values.TrueForAll(IsNothing);

    /// <summary>A null, or an array with one.</summary>
    public static bool IsNull(List<JsonElement> values) => values.Exists(value => value.ValueKind == JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(element => element.ValueKind == JsonValueKind.Null)));

    private static bool IsNothing(JsonElement value) => value.ValueKind == JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.Array && (value.GetArrayLength() == 0 || value.EnumerateArray().All(element => element.ValueKind == JsonValueKind.Null)));

    private static bool Passes(FieldTest test, List<JsonElement> values, WordRules? words)
    {
        switch (test)
        {
            case EmptyTest empty:
                return IsEmpty(values) == empty.Empty;
            case NullTest isNull:
                return IsNull(values) == isNull.Null;
            case ValuesCount count:
                return values.Count == 0 ? count.Count.Contains(0) : values.Exists(value => count.Count.Contains(Count(value)));
        }

        foreach (var value in values)
        {
            if (value.ValueKind != JsonValueKind.Array)
            {
                if (PassesOne(test, value, words))
                    return true;
                continue;
            }

            foreach (var element in value.EnumerateArray())
            {
                if (PassesOne(test, element, words))
                    return true;
            }
        }

        return false;
    }

    private static int Count(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => 0,
        JsonValueKind.Array => value.GetArrayLength(),
        _ => 1,
    };

    private static bool PassesOne(FieldTest test, JsonElement value, WordRules? words) => test switch
    {
        MatchValue match => Equal(match.Value, value),
        MatchAny match => TryScalar(value, out var scalar) && match.Values.Contains(scalar),
        MatchExcept match => value.ValueKind != JsonValueKind.Null && !(TryScalar(value, out var scalar) && match.Values.Contains(scalar)),
        MatchText match => value.ValueKind == JsonValueKind.String && PassesText(match, value.GetString()!, words),
        MatchPrefix match => value.ValueKind == JsonValueKind.String && value.GetString()!.StartsWith(match.Beginning, StringComparison.Ordinal),
        NumberRange range => value.ValueKind == JsonValueKind.Number && range.Contains(value.GetDouble()),
        MomentRange range => Moments.TryRead(value, out var microseconds) && range.Microseconds.Contains(microseconds),
        GeoBox box => TryPlace(value, out var place) && Geo.Contains(box, place),
        GeoRadius radius => TryPlace(value, out var place) && Geo.Meters(radius.Center, place) <= radius.Meters,
        GeoPolygon polygon => TryPlace(value, out var place) && Geo.Contains(polygon, place),
        _ => throw new ArgumentOutOfRangeException(nameof(test), test, "Expected a known test."),
    };

    // Without a text index a text matches by its letters, as it always has in the wire that these conditions come from.
    private static bool PassesText(MatchText match, string text, WordRules? words) => words is not null
        ? Words.Matches(text, match, words)
        : match.How == TextMatch.Any
            ? Words.Matches(text, match, new())
            : text.Contains(match.Words, StringComparison.Ordinal);

    private static bool Equal(Scalar wanted, JsonElement value) => wanted.Kind switch
    {
        ScalarKind.Text => value.ValueKind == JsonValueKind.String && value.ValueEquals(wanted.Text),
        ScalarKind.Integer => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number == wanted.Number,
        _ => value.ValueKind is JsonValueKind.True or JsonValueKind.False && (value.ValueKind == JsonValueKind.True) == (wanted.Number == 1),
    };

    /// <summary>The value as something that can be matched.</summary>
    public static bool TryScalar(JsonElement value, out Scalar scalar)
    {
        scalar = default;
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                scalar = Scalar.Of(value.GetString()!);
                return true;
            case JsonValueKind.Number when value.TryGetInt64(out var number):
                scalar = Scalar.Of(number);
                return true;
            case JsonValueKind.True or JsonValueKind.False:
                scalar = Scalar.Of(value.ValueKind == JsonValueKind.True);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The value as a place: an object with lon and lat.</summary>
    public static bool TryPlace(JsonElement value, out GeoPoint place)
    {
        place = default;
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("lon"u8, out var longitude) || !value.TryGetProperty("lat"u8, out var latitude)
            || longitude.ValueKind != JsonValueKind.Number || latitude.ValueKind != JsonValueKind.Number)
            return false;
        place = new(longitude.GetDouble(), latitude.GetDouble());
        return Geo.IsValid(place);
    }
}
