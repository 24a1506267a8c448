using System.Globalization;

namespace Orrery.Language.ChatTemplates.Syntax;

/// <summary>Expressions by recursive descent, in Jinja2's order of precedence.</summary>
internal abstract class ExpressionParser(List<Token> tokens)
{
    /// <summary>A stack of .NET holds some thousand of these; no template nests more than a dozen.</summary>
    private const int MaxDepth = 200;

    private int _at;
    private int _depth;

    protected Token Peek => tokens[_at];

    protected Token Ahead => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    protected Expression ParseExpression()
    {
        using var depth = Deeper();
        var value = ParseWithoutCondition();
        while (TryTakeWord("if"))
        {
            var condition = ParseOr();
            value = new Conditional(condition, value, TryTakeWord("else") ? ParseExpression() : null, value.Line);
        }

        return value;
    }

    /// <summary>An expression that an <c>if</c> may follow.</summary>
    protected Expression ParseWithoutCondition() => ParseOr();

    /// <summary>One expression, or several with commas.</summary>
    protected Expression ParseTuple()
    {
        var first = ParseExpression();
        if (!Peek.Is(","))
            return first;
        var parts = new List<Expression> { first };
        while (TryTake(",") && Peek.Kind is not (Lexeme.CloseStatement or Lexeme.CloseExpression) && !Peek.Is(")"))
            parts.Add(ParseExpression());
        return new TupleLiteral(parts, first.Line);
    }

    /// <summary><c>| upper | trim</c> as a function of what they are put on.</summary>
    protected Func<Expression, Expression> ParseFilters(bool isFirstNamed = false)
    {
        var filters = new List<(string Name, Call? Arguments, int Line)>();
        while (isFirstNamed || TryTake("|"))
        {
            isFirstNamed = false;
            var line = Peek.Line;
            var name = ExpectName();
            filters.Add((name, Peek.Is("(") ? ParseArguments(new Constant(null, line)) : null, line));
        }

        return input => filters.Aggregate(input, (value, filter) => new Filter(value, filter.Name, filter.Arguments, filter.Line));
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (TryTakeWord("or"))
            left = new Or(left, ParseAnd(), left.Line);
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (TryTakeWord("and"))
            left = new And(left, ParseNot(), left.Line);
        return left;
    }

    private Expression ParseNot()
    {
        using var depth = Deeper();
        var line = Peek.Line;
        return TryTakeWord("not") ? new Not(ParseNot(), line) : ParseComparison();
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (Peek.Kind == Lexeme.Sign && Peek.Text is "==" or "!=" or "<" or ">" or "<=" or ">=")
                rest.Add((Take().Text, ParseSum()));
            else if (TryTakeWord("in"))
                rest.Add(("in", ParseSum()));
            else if (Peek.IsName("not") && Ahead.IsName("in"))
                rest.Add((Take().Text + Take().Text, ParseSum()));
            else
                return rest.Count == 0 ? first : new Comparison(first, rest, first.Line);
        }
    }

    private Expression ParseSum()
    {
        var left = ParseConcatenation();
        while (Peek.Is("+") || Peek.Is("-"))
            left = new Binary(Take().Text, left, ParseConcatenation(), left.Line);
        return left;
    }

    private Expression ParseConcatenation()
    {
        var left = ParseProduct();
        while (Peek.Is("~"))
            left = new Binary(Take().Text, left, ParseProduct(), left.Line);
        return left;
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (Peek.Kind == Lexeme.Sign && Peek.Text is "*" or "/" or "//" or "%")
            left = new Binary(Take().Text, left, ParsePower(), left.Line);
        return left;
    }

    /// <summary>Unlike Python, Jinja2 groups powers from the left and lets a sign bind closer: <c>-2 ** 2</c> is 4.</summary>
    private Expression ParsePower()
    {
        var left = ParseUnary(withFilters: true);
        while (TryTake("**"))
            left = new Binary("**", left, ParseUnary(withFilters: true), left.Line);
        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        using var depth = Deeper();
        var line = Peek.Line;
        Expression value = TryTake("-") ? new Sign(true, ParseUnary(withFilters: false), line)
            : TryTake("+") ? new Sign(false, ParseUnary(withFilters: false), line)
            : ParsePostfix(ParsePrimary());
        return withFilters ? ParseFiltersAndTests(value) : value;
    }

    private Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (Peek.Is("|"))
                value = ParseFilters()(value);
            else if (TryTakeWord("is"))
                value = ParseTest(value);
            else if (Peek.Is("("))
                value = ParsePostfix(value);
            else
                return value;
        }
    }

    private Test ParseTest(Expression value)
    {
        var line = Peek.Line;
        var isNegated = TryTakeWord("not");
        var name = ExpectName();
        Call? arguments = null;
        if (Peek.Is("("))
            arguments = ParseArguments(value);
        else if (Peek.Kind is Lexeme.String or Lexeme.Integer or Lexeme.Number || Peek.Is("[") || Peek.Is("{")
            || (Peek.Kind == Lexeme.Name && Peek.Text is not ("else" or "or" or "and" or "is" or "if" or "not" or "in" or "recursive")))
            arguments = new Call(value, [ParsePostfix(ParsePrimary())], [], line);
        return new Test(value, name, arguments, isNegated, line);
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            var line = Peek.Line;
            if (TryTake("."))
                value = Peek.Kind == Lexeme.Integer ? new Item(value, new Constant(Integer(Take()), line), line) : new Member(value, ExpectName(), line);
            else if (Peek.Is("("))
                value = ParseArguments(value);
            else if (TryTake("["))
                value = ParseItem(value, line);
            else
                return value;
        }
    }

    private Expression ParseItem(Expression owner, int line)
    {
        Expression? Part() => Peek.Is(":") || Peek.Is("]") ? null : ParseTuple();
        var start = Part();
        if (TryTake("]"))
            return new Item(owner, start ?? throw TemplateFault.At(line, "an index is missing between '[' and ']'."), line);
        Expect(":");
        var stop = Part();
        var step = TryTake(":") ? Part() : null;
        Expect("]");
        return new Slice(owner, start, stop, step, line);
    }

    private Call ParseArguments(Expression called)
    {
        var line = Peek.Line;
        Expect("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        while (!TryTake(")"))
        {
            if (Peek.Kind == Lexeme.Name && Ahead.Is("="))
            {
                var name = Take().Text;
                Take();
                named.Add((name, ParseExpression()));
            }
            else
            {
                positional.Add(named.Count == 0 ? ParseExpression() : throw TemplateFault.At(Peek.Line, "a positional argument follows a named one."));
            }

            if (!Peek.Is(")"))
                Expect(",");
        }

        if (named.Select(argument => argument.Item1).Distinct().Count() < named.Count)
            throw TemplateFault.At(line, "an argument is named twice.");
        return new Call(called, positional, named, line);
    }

    private Expression ParsePrimary()
    {
        using var depth = Deeper();
        var token = Take();
        switch (token.Kind)
        {
            case Lexeme.String:
                var text = token.Text;
                while (Peek.Kind == Lexeme.String)
                    text += Take().Text;
                return new Constant(text, token.Line);
            case Lexeme.Integer:
                return new Constant(Integer(token), token.Line);
            case Lexeme.Number:
                return new Constant(double.Parse(token.Text, CultureInfo.InvariantCulture), token.Line);
            case Lexeme.Name:
                return token.Text switch
                {
                    "true" or "True" => new Constant(true, token.Line),
                    "false" or "False" => new Constant(false, token.Line),
                    "none" or "None" => new Constant(null, token.Line),
                    _ => new Variable(token.Text, token.Line),
                };
            case Lexeme.Sign when token.Text == "(":
                return ParseParentheses(token.Line);
            case Lexeme.Sign when token.Text == "[":
                return new ListLiteral(ParseParts("]"), token.Line);
            case Lexeme.Sign when token.Text == "{":
                return ParseMapping(token.Line);
            default:
                throw Unexpected(token, "an expression");
        }
    }

    private Expression ParseParentheses(int line)
    {
        if (TryTake(")"))
            return new TupleLiteral([], line);
        var value = ParseTuple();
        Expect(")");
        return value;
    }

    private List<Expression> ParseParts(string end)
    {
        var parts = new List<Expression>();
        while (!TryTake(end))
        {
            parts.Add(ParseExpression());
            if (!Peek.Is(end))
                Expect(",");
        }

        return parts;
    }

    private MappingLiteral ParseMapping(int line)
    {
        var parts = new List<(Expression, Expression)>();
        while (!TryTake("}"))
        {
            var key = ParseExpression();
            Expect(":");
            parts.Add((key, ParseExpression()));
            if (!Peek.Is("}"))
                Expect(",");
        }

        return new MappingLiteral(parts, line);
    }

    private static long Integer(Token token) =>
        long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw TemplateFault.At(token.Line, $"the number {token.Text} is too large.");

    protected Token Take() => tokens[_at < tokens.Count - 1 ? _at++ : _at];

    protected bool TryTake(string sign)
    {
        if (!Peek.Is(sign))
            return false;
        Take();
        return true;
    }

    protected bool TryTakeWord(string name)
    {
        if (!Peek.IsName(name))
            return false;
        Take();
        return true;
    }

    protected void Expect(string sign)
    {
        if (!TryTake(sign))
            throw Unexpected(Peek, $"'{sign}'");
    }

    protected void ExpectWord(string word)
    {
        if (!TryTakeWord(word))
            throw Unexpected(Peek, $"'{word}'");
    }

    protected void Expect(Lexeme kind, string written)
    {
        if (Peek.Kind != kind)
            throw Unexpected(Peek, $"'{written}'");
        Take();
    }

    protected string ExpectName() => Peek.Kind == Lexeme.Name ? Take().Text : throw Unexpected(Peek, "a name");

    /// <summary>Counts the nesting until the result is disposed.</summary>
    protected Depth Deeper() => ++_depth <= MaxDepth ? new Depth(this) : throw TemplateFault.At(Peek.Line, $"it is nested more than {MaxDepth} deep.");

    private static Orrery.Kernel.InvalidException Unexpected(Token token, string expected) =>
        TemplateFault.At(token.Line, $"expected {expected}, found {(token.Kind switch { Lexeme.End => "the end", Lexeme.CloseStatement => "'%}'", Lexeme.CloseExpression => "'}}'", Lexeme.Text => "text", _ => $"'{token.Text}'" })}.");

    protected readonly struct Depth(ExpressionParser parser) : IDisposable
    {
        public void Dispose() => parser._depth--;
    }
}
