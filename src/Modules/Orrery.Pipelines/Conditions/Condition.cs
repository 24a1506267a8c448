using System.Text.Json;

namespace Orrery.Pipelines.Conditions;

/// <summary>A parsed <c>when</c>. Grammar: comparisons of facts with literals, joined by <c>and</c>, <c>or</c>, <c>not</c> and parentheses.</summary>
internal abstract record Condition
{
    /// <summary>The facts it names, as <c>step.fact</c>.</summary>
    public abstract IEnumerable<Fact> Facts { get; }

    /// <summary>Whether it holds; a comparison with a fact that is not there does not.</summary>
    public abstract bool Holds(Func<Fact, JsonElement?> value);
}

/// <summary>A fact of a step, or a parameter (whose step is <c>params</c>).</summary>
internal readonly record struct Fact(string Step, string Name)
{
    public override string ToString() => $"{Step}.{Name}";
}

/// <summary>A fact that is compared with a literal; alone, it must be true.</summary>
internal sealed record Comparison(Fact Fact, string Operator, JsonElement Literal) : Condition
{
    public override IEnumerable<Fact> Facts => [Fact];

    public override bool Holds(Func<Fact, JsonElement?> value)
    {
        if (value(Fact) is not { } found)
            return false;
        if (found.ValueKind == JsonValueKind.Number && Literal.ValueKind == JsonValueKind.Number)
            return HoldsFor(found.GetDouble(), Literal.GetDouble());
        var same = found.ValueKind == Literal.ValueKind && (found.ValueKind != JsonValueKind.String || found.GetString() == Literal.GetString());
        return Operator switch { "==" => same, "!=" => !same, _ => false };
    }

    private bool HoldsFor(double found, double literal) => Operator switch
    {
        "==" => found == literal,
        "!=" => found != literal,
        "<" => found < literal,
        "<=" => found <= literal,
        ">" => found > literal,
        _ => found >= literal,
    };
}

internal sealed record Not(Condition Inner) : Condition
{
    public override IEnumerable<Fact> Facts => Inner.Facts;

    public override bool Holds(Func<Fact, JsonElement?> value) => !Inner.Holds(value);
}

internal sealed record All(Condition Left, Condition Right) : Condition
{
    public override IEnumerable<Fact> Facts => Left.Facts.Concat(Right.Facts);

    public override bool Holds(Func<Fact, JsonElement?> value) => Left.Holds(value) && Right.Holds(value);
}

internal sealed record Either(Condition Left, Condition Right) : Condition
{
    public override IEnumerable<Fact> Facts => Left.Facts.Concat(Right.Facts);

    public override bool Holds(Func<Fact, JsonElement?> value) => Left.Holds(value) || Right.Holds(value);
}
