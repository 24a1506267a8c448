using System.Globalization;

namespace Orrery.Language.Grammars.Schemas;

/// <summary>Whole numbers between two bounds as a grammar of their digits.</summary>
internal static class IntegerRange
{
    /// <summary>Sixteen digits, as all integers of <see cref="JsonPatterns"/> have at most.</summary>
    public const long Most = 9_999_999_999_999_999;

    public static Pattern Of(long least, long most)
    {
        var choices = new List<Pattern>();
        if (least < 0)
            choices.Add(Pattern.Of(new Literal("-"), Unsigned(Math.Max(1, -Math.Min(most, -1)), -least)));
        if (most >= 0)
            choices.Add(Unsigned(Math.Max(0, least), most));
        return Pattern.Any([.. choices]);
    }

    /// <summary>One choice for each number of digits.</summary>
    private static Pattern Unsigned(long least, long most)
    {
        var choices = new List<Pattern>();
        var (shortest, longest) = (Text(least).Length, Text(most).Length);
        for (var length = shortest; length <= longest; length++)
        {
            var from = length == shortest ? Text(least) : "1" + new string('0', length - 1);
            var to = length == longest ? Text(most) : new string('9', length);
            choices.Add(SameLength(from, to));
        }

        return Pattern.Any([.. choices]);
    }

    private static Pattern SameLength(string from, string to)
    {
        if (from.Length == 0)
            return Pattern.Nothing;
        if (from[0] == to[0])
            return Pattern.Of(new Literal(from[..1]), SameLength(from[1..], to[1..]));
        var rest = from.Length - 1;
        if (from[1..].All(digit => digit == '0') && to[1..].All(digit => digit == '9'))
            return Pattern.Of(new CharacterClass((from[0], to[0])), JsonPatterns.Digits(rest));
        var choices = new List<Pattern> { Pattern.Of(new Literal(from[..1]), SameLength(from[1..], new string('9', rest))) };
        if (from[0] + 1 < to[0])
            choices.Add(Pattern.Of(new CharacterClass((from[0] + 1, to[0] - 1)), JsonPatterns.Digits(rest)));
        choices.Add(Pattern.Of(new Literal(to[..1]), SameLength(new string('0', rest), to[1..])));
        return Pattern.Any([.. choices]);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
