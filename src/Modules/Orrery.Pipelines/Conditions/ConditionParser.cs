using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orrery.Pipelines.Conditions;

/// <summary>Reads a condition by recursive descent: <c>or</c> binds weakest, then <c>and</c>, then <c>not</c>.</summary>
internal sealed partial class ConditionParser
{
    private const int MaxLength = 1000;
    private const int MaxDepth = 32;
    private readonly List<string> _tokens = [];
    private int _next;
    private int _depth;

    private ConditionParser() { }

    /// <summary>The condition.</summary>
    /// <exception cref="FormatException">It is none; the message says where and why.</exception>
    public static Condition Parse(string text)
    {
        if (text.Length > MaxLength)
            throw new FormatException($"a condition has at most {MaxLength} characters");
        var parser = new ConditionParser();
        parser.Scan(text);
        var condition = parser.Or();
        return parser._next == parser._tokens.Count ? condition : throw new FormatException($"'{parser._tokens[parser._next]}' was not expected");
    }

    private void Scan(string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            var match = Token().Match(text, at);
            if (!match.Success || match.Index != at)
                throw new FormatException($"'{text[at..]}' cannot be read; write conditions such as gate.passed == true");
            at += match.Length;
            if (!string.IsNullOrWhiteSpace(match.Value))
                _tokens.Add(match.Value);
        }
    }

    private Condition Or()
    {
        var left = And();
        while (Take("or"))
            left = new Either(left, And());
        return left;
    }

    private Condition And()
    {
        var left = Unary();
        while (Take("and"))
            left = new All(left, Unary());
        return left;
    }

    private Condition Unary()
    {
        if (++_depth > MaxDepth)
            throw new FormatException($"nested deeper than {MaxDepth} levels");
        Condition condition;
        if (Take("not"))
            condition = new Not(Unary());
        else if (Take("("))
        {
            condition = Or();
            if (!Take(")"))
                throw new FormatException("a ')' is missing");
        }
        else
            condition = Comparison();
        _depth--;
        return condition;
    }

    private Comparison Comparison()
    {
        var name = Next("a fact such as gate.passed");
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1 || dot == name.Length - 1 || !(char.IsAsciiLetter(name[0]) || name[0] == '_'))
            throw new FormatException($"expected a fact such as gate.passed (STEP.FACT), got '{name}'");
        var fact = new Fact(name[..dot], name[(dot + 1)..]);
        var follows = _next < _tokens.Count ? _tokens[_next] : "";
        if (follows is not ("==" or "!=" or "<" or "<=" or ">" or ">="))
            return new(fact, "==", JsonSerializer.SerializeToElement(true));
        _next++;
        var literal = Literal(Next("a value"));
        if (follows is not ("==" or "!=") && literal.ValueKind != JsonValueKind.Number)
            throw new FormatException($"'{follows}' compares numbers");
        return new(fact, follows, literal);
    }

    private static JsonElement Literal(string token) => token switch
    {
        "true" => JsonSerializer.SerializeToElement(true),
        "false" => JsonSerializer.SerializeToElement(false),
        ['"' or '\'', .., _] => JsonSerializer.SerializeToElement(token[1..^1]),
        _ when double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => JsonSerializer.SerializeToElement(number),
        _ => throw new FormatException($"expected true, false, a number or text in quotes, got '{token}'"),
    };

    private bool Take(string token)
    {
        if (_next == _tokens.Count || _tokens[_next] != token)
            return false;
        _next++;
        return true;
    }

    private string Next(string expected) => _next < _tokens.Count ? _tokens[_next++] : throw new FormatException($"expected {expected}, but the condition ends");

    [GeneratedRegex("""\s+|==|!=|<=|>=|<|>|\(|\)|"[^"]*"|'[^']*'|-?[0-9][0-9.]*([eE][-+]?[0-9]+)?|[A-Za-z_][A-Za-z0-9_.-]*""", RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
