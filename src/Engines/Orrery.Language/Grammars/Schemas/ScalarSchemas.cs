using System.Text.Json;
using static Orrery.Language.Grammars.Schemas.SchemaKeywords;

namespace Orrery.Language.Grammars.Schemas;

/// <summary>Schemas of texts and numbers.</summary>
internal static class ScalarSchemas
{
    public static Pattern Text(JsonElement schema, string place)
    {
        if (schema.Find("format") is { } format)
        {
            if (schema.Has("minLength", "maxLength"))
                throw Fault(place, "'format' and a length cannot both be enforced");
            return TextFormats.Find(format.ToString()) ?? throw Fault(place, $"the format '{format}' cannot be enforced; supported are {string.Join(", ", TextFormats.Names)}");
        }

        var (least, most) = Counts(schema, "minLength", "maxLength", place);
        return least == 0 && most is null ? JsonPatterns.String : Pattern.Of(JsonPatterns.Quote, new Repeat(JsonPatterns.Character, least, most), JsonPatterns.Quote);
    }

    public static Pattern Integer(JsonElement schema, string place)
    {
        if (!schema.Has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"))
            return JsonPatterns.Integer;
        double Least(params double?[] bounds) => bounds.Max() ?? double.NegativeInfinity;
        double Most(params double?[] bounds) => bounds.Min() ?? double.PositiveInfinity;
        var least = Least(Ceiling(Bound(schema, "minimum", place)), Floor(Bound(schema, "exclusiveMinimum", place)) + 1);
        var most = Most(Floor(Bound(schema, "maximum", place)), Ceiling(Bound(schema, "exclusiveMaximum", place)) - 1);
        var (from, to) = (Whole(least), Whole(most));
        return from <= to ? IntegerRange.Of(from, to) : throw Fault(place, "no integer lies between its bounds");
    }

    public static Pattern Number(JsonElement schema, string place)
    {
        if (!schema.Has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"))
            return JsonPatterns.Number;
        if (Bound(schema, "minimum", place) == 0 && !schema.Has("maximum", "exclusiveMinimum", "exclusiveMaximum"))
            return new Reference("unsigned");
        throw Fault(place, "bounds of a number with a fraction cannot be enforced, but for a minimum of 0; make it an integer, or leave the bounds out");
    }

    private static double? Ceiling(double? value) => value is null ? null : Math.Ceiling(value.Value);

    private static double? Floor(double? value) => value is null ? null : Math.Floor(value.Value);

    private static long Whole(double value) => (long)Math.Clamp(value, -IntegerRange.Most, IntegerRange.Most);
}
