using Orrery.Language.ChatTemplates.Running;

namespace Orrery.Language.ChatTemplates.Syntax;

internal sealed record Constant(object? Fixed, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Fixed;
}

internal sealed record Variable(string Name, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => frame.Scope.Find(Name);
}

internal sealed record ListLiteral(IReadOnlyList<Expression> Parts, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Parts.Select(part => part.Value(frame)).ToList();
}

internal sealed record TupleLiteral(IReadOnlyList<Expression> Parts, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Parts.Select(part => part.Value(frame)).ToArray();
}

internal sealed record MappingLiteral(IReadOnlyList<(Expression Key, Expression Value)> Parts, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame)
    {
        var mapping = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in Parts)
            mapping[Values.Text(key.Value(frame))] = value.Value(frame);
        return mapping;
    }
}

internal sealed record Conditional(Expression Condition, Expression Then, Expression? Else, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Values.IsTrue(Condition.Value(frame)) ? Then.Value(frame) : Else is null ? new Undefined("the missing else") : Else.Value(frame);
}

internal sealed record And(Expression Left, Expression Right, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Left.Value(frame) is var left && Values.IsTrue(left) ? Right.Value(frame) : left;
}

internal sealed record Or(Expression Left, Expression Right, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Left.Value(frame) is var left && Values.IsTrue(left) ? left : Right.Value(frame);
}

internal sealed record Not(Expression Operand, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => !Values.IsTrue(Operand.Value(frame));
}

internal sealed record Sign(bool IsNegative, Expression Operand, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Arithmetic.Sign(IsNegative, Operand.Value(frame), Line);
}

internal sealed record Binary(string Operator, Expression Left, Expression Right, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Arithmetic.Apply(Operator, Left.Value(frame), Right.Value(frame), frame, Line);
}

/// <summary><c>a &lt; b &lt;= c</c>: each neighbour compared, all must hold.</summary>
internal sealed record Comparison(Expression First, IReadOnlyList<(string Operator, Expression Right)> Rest, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame)
    {
        var left = First.Value(frame);
        foreach (var (name, operand) in Rest)
        {
            var right = operand.Value(frame);
            if (!Comparing.Holds(name, left, right, Line))
                return false;
            left = right;
        }

        return true;
    }
}

internal sealed record Member(Expression Owner, string Name, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Members.Of(Owner.Value(frame), Name, Line);
}

internal sealed record Item(Expression Owner, Expression Key, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Members.Item(Owner.Value(frame), Key.Value(frame), Line);
}

internal sealed record Slice(Expression Owner, Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Slicing.Of(Owner.Value(frame), Start?.Value(frame), Stop?.Value(frame), Step?.Value(frame), Line);
}

internal sealed record Call(Expression Called, IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, int Line) : Expression(Line)
{
    public Call With(string name, object value) => this with { Named = [.. Named, (name, new Constant(value, Line))] };

    protected override object? Evaluate(Frame frame) => Called.Value(frame) switch
    {
        ICallable callable => callable.Call(frame, Arguments(frame), Line),
        Undefined missing => throw TemplateFault.At(Line, $"{missing.What} is undefined and cannot be called."),
        var other => throw TemplateFault.At(Line, $"{Values.TypeName(other)} cannot be called."),
    };

    private Arguments Arguments(Frame frame) =>
        new([.. Positional.Select(part => part.Value(frame))], Named.ToDictionary(part => part.Name, part => part.Value.Value(frame), StringComparer.Ordinal));
}

internal sealed record Filter(Expression Input, string Name, Call? Arguments, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Filters.Apply(Name, Input.Value(frame), frame, Running.Arguments.Of(Arguments, frame), Line);
}

internal sealed record Test(Expression Input, string Name, Call? Arguments, bool IsNegated, int Line) : Expression(Line)
{
    protected override object? Evaluate(Frame frame) => Tests.Holds(Name, Input.Value(frame), Running.Arguments.Of(Arguments, frame), Line) != IsNegated;
}
