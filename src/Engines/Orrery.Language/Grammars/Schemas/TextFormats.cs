namespace Orrery.Language.Grammars.Schemas;

/// <summary>Texts of a <c>format</c>, with their quotes.</summary>
internal static class TextFormats
{
    // The 29th to 31st are left out: whether a month has them is not for a grammar to know.
    private static readonly Pattern Date = Pattern.Of(JsonPatterns.Digits(4), new Literal("-"),
        Pattern.Any(Pattern.Of(new Literal("0"), Digit('1', '9')), Pattern.Of(new Literal("1"), Digit('0', '2'))), new Literal("-"),
        Pattern.Any(Pattern.Of(new Literal("0"), Digit('1', '9')), Pattern.Of(new Literal("1"), Digit('0', '9')), Pattern.Of(new Literal("2"), Digit('0', '8'))));

    private static readonly Pattern Hour = Pattern.Any(Pattern.Of(Digit('0', '1'), Digit('0', '9')), Pattern.Of(new Literal("2"), Digit('0', '3')));

    private static readonly Pattern Minute = Pattern.Of(new Literal(":"), Digit('0', '5'), Digit('0', '9'));

    private static readonly Pattern Time = Pattern.Of(Hour, Minute, Minute, Pattern.Maybe(Pattern.Of(new Literal("."), JsonPatterns.Digits(3))),
        Pattern.Any(new Literal("Z"), Pattern.Of(new CharacterClass(('+', '+'), ('-', '-')), Hour, Minute)));

    private static readonly Dictionary<string, Pattern> Known = new(StringComparer.Ordinal)
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = Pattern.Of(Date, new Literal("T"), Time),
        ["uuid"] = Pattern.Of(JsonPatterns.HexDigits(8), new Repeat(Pattern.Of(new Literal("-"), JsonPatterns.HexDigits(4)), 3, 3), new Literal("-"), JsonPatterns.HexDigits(12)),
    };

    public static IEnumerable<string> Names => Known.Keys;

    public static Pattern? Find(string name) => Known.TryGetValue(name, out var pattern) ? Pattern.Of(JsonPatterns.Quote, pattern, JsonPatterns.Quote) : null;

    private static CharacterClass Digit(char first, char last) => new((first, last));
}
