namespace Orrery.Search.Filters;

/// <summary>A test of the values at a path; it passes where one of them does.</summary>
public abstract record FieldTest;

/// <summary>Equal to a string, a whole number or a truth value.</summary>
public sealed record MatchValue(Scalar Value) : FieldTest;

/// <summary>Equal to one of them.</summary>
public sealed record MatchAny(IReadOnlySet<Scalar> Values) : FieldTest;

/// <summary>Equal to none of them, and a value all the same.</summary>
public sealed record MatchExcept(IReadOnlySet<Scalar> Values) : FieldTest;

/// <summary>A string that begins so.</summary>
public sealed record MatchPrefix(string Beginning) : FieldTest;

/// <summary>How the words of a query stand in a text.</summary>
public enum TextMatch
{
    /// <summary>All of them.</summary>
    All,
    /// <summary>At least one.</summary>
    Any,
    /// <summary>All, one after the other.</summary>
    Phrase,
}

/// <summary>A text that holds the words.</summary>
public sealed record MatchText(string Words, TextMatch How) : FieldTest;

/// <summary>A number within bounds; a bound that is not there holds of every number.</summary>
public sealed record NumberRange(double? Gt, double? Gte, double? Lt, double? Lte) : FieldTest
{
    internal bool Contains(double value) => !(value <= Gt) && !(value < Gte) && !(value >= Lt) && !(value > Lte) && !double.IsNaN(value);
}

/// <summary>A moment within bounds, in microseconds since 1970.</summary>
public sealed record MomentRange(NumberRange Microseconds) : FieldTest;

/// <summary>A place within degrees; the box may lie across the 180th meridian.</summary>
public sealed record GeoBox(GeoPoint TopLeft, GeoPoint BottomRight) : FieldTest;

/// <summary>A place near another.</summary>
public sealed record GeoRadius(GeoPoint Center, double Meters) : FieldTest;

/// <summary>A place within a polygon and within none of its holes.</summary>
public sealed record GeoPolygon(IReadOnlyList<GeoPoint> Exterior, IReadOnlyList<IReadOnlyList<GeoPoint>> Holes) : FieldTest;

/// <summary>So many values.</summary>
public sealed record ValuesCount(NumberRange Count) : FieldTest;

/// <summary>Whether there is no value.</summary>
public sealed record EmptyTest(bool Empty) : FieldTest;

/// <summary>Whether there is a null.</summary>
public sealed record NullTest(bool Null) : FieldTest;

/// <summary>A place in degrees.</summary>
public readonly record struct GeoPoint(double Longitude, double Latitude);

/// <summary>A value that can be matched: a string, a whole number or a truth value.</summary>
public readonly record struct Scalar
{
    private Scalar(string? text, long number, ScalarKind kind) => (Text, Number, Kind) = (text, number, kind);

    /// <summary>Of what type.</summary>
    public ScalarKind Kind { get; }

    /// <summary>The string.</summary>
    public string? Text { get; }

    /// <summary>The number; 1 for true, 0 for false.</summary>
    public long Number { get; }

    /// <summary>A string.</summary>
    public static Scalar Of(string text) => new(text, 0, ScalarKind.Text);

    /// <summary>A number.</summary>
    public static Scalar Of(long number) => new(null, number, ScalarKind.Integer);

    /// <summary>A truth value.</summary>
    public static Scalar Of(bool value) => new(null, value ? 1 : 0, ScalarKind.Boolean);
}

/// <summary>The type of a <see cref="Scalar"/>.</summary>
public enum ScalarKind
{
    /// <summary>A string.</summary>
    Text,
    /// <summary>A whole number.</summary>
    Integer,
    /// <summary>True or false.</summary>
    Boolean,
}
