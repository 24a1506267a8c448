namespace Orrery.Language.Grammars.Schemas;

/// <summary>The pieces of JSON's own grammar (RFC 8259), by the names of their rules.</summary>
internal static class JsonPatterns
{
    public static readonly Pattern Space = new Reference("space");
    public static readonly Pattern Value = new Reference("value");
    public static readonly Pattern Object = new Reference("object");
    public static readonly Pattern Array = new Reference("array");
    public static readonly Pattern String = new Reference("string");
    public static readonly Pattern Character = new Reference("character");
    public static readonly Pattern Number = new Reference("number");
    public static readonly Pattern Integer = new Reference("integer");
    public static readonly Pattern Boolean = Pattern.Any(new Literal("true"), new Literal("false"));
    public static readonly Pattern Null = new Literal("null");
    public static readonly Pattern Quote = new Literal("\"");
    public static readonly Pattern Colon = Pattern.Of(Space, new Literal(":"), Space);
    public static readonly Pattern Comma = Pattern.Of(Space, new Literal(","), Space);

    private static readonly CharacterClass Digit = new(('0', '9'));
    private static readonly CharacterClass HexDigit = new(('0', '9'), ('a', 'f'), ('A', 'F'));

    /// <summary>
    /// White space between tokens is bounded: a model that may write spaces for ever sometimes does. A number's digits are bounded for the same reason, and so that it
    /// fits a double.
    /// </summary>
    public static void AddTo(Dictionary<string, Pattern> rules)
    {
        rules["space"] = Pattern.Any(Pattern.Nothing, new Literal(" "), Pattern.Of(new Repeat(new Literal("\n"), 1, 2), new Repeat(new CharacterClass((' ', ' '), ('\t', '\t')), 0, 20)));
        // A surrogate alone is no character, so the escapes \uD800–\uDFFF are left out.
        rules["character"] = Pattern.Any(
            new CharacterClass([(0, 0x1F), ('"', '"'), ('\\', '\\'), (0xD800, 0xDFFF)], IsNegated: true),
            Pattern.Of(new Literal("\\"), Pattern.Any(
                new CharacterClass(('"', '"'), ('\\', '\\'), ('/', '/'), ('b', 'b'), ('f', 'f'), ('n', 'n'), ('r', 'r'), ('t', 't')),
                Pattern.Of(new Literal("u"), new CharacterClass(('0', '9'), ('a', 'c'), ('A', 'C'), ('e', 'f'), ('E', 'F')), HexDigits(3)),
                Pattern.Of(new Literal("u"), new CharacterClass(('d', 'd'), ('D', 'D')), new CharacterClass(('0', '7')), HexDigits(2)))));
        rules["string"] = Pattern.Of(Quote, new Repeat(Character, 0, null), Quote);
        rules["digits"] = Pattern.Any(new Literal("0"), Pattern.Of(new CharacterClass(('1', '9')), new Repeat(Digit, 0, 15)));
        rules["integer"] = Pattern.Of(Pattern.Maybe(new Literal("-")), new Reference("digits"));
        rules["unsigned"] = Pattern.Of(
            new Reference("digits"),
            Pattern.Maybe(Pattern.Of(new Literal("."), new Repeat(Digit, 1, 16))),
            Pattern.Maybe(Pattern.Of(new CharacterClass(('e', 'e'), ('E', 'E')), Pattern.Maybe(new CharacterClass(('+', '+'), ('-', '-'))), Pattern.Maybe(new CharacterClass(('1', '2'))), Digit)));
        rules["number"] = Pattern.Of(Pattern.Maybe(new Literal("-")), new Reference("unsigned"));
        rules["member"] = Pattern.Of(String, Colon, Value);
        rules["object"] = Pattern.Of(Open("{"), Pattern.Maybe(Pattern.Of(new Reference("member"), new Repeat(Pattern.Of(Comma, new Reference("member")), 0, null))), Close("}"));
        rules["array"] = Pattern.Of(Open("["), Pattern.Maybe(Pattern.Of(Value, new Repeat(Pattern.Of(Comma, Value), 0, null))), Close("]"));
        rules["value"] = Pattern.Any(Object, Array, String, Number, Boolean, Null);
    }

    public static Pattern Open(string sign) => Pattern.Of(new Literal(sign), Space);

    public static Pattern Close(string sign) => Pattern.Of(Space, new Literal(sign));

    public static Pattern Digits(int count) => new Repeat(Digit, count, count);

    public static Pattern HexDigits(int count) => new Repeat(HexDigit, count, count);
}
