using Orrery.Search.Filters;

namespace Orrery.Search.Queries;

/// <summary>An expression over scores and payload.</summary>
public abstract record Formula
{
    /// <summary>Expressions within expressions go no deeper.</summary>
    public const int MaxDepth = 64;
}

/// <summary>A number.</summary>
public sealed record Constant(double Value) : Formula;

/// <summary>The score in the result of a prefetch stage: 0 is the first.</summary>
public sealed record StageScore(int Stage) : Formula;

/// <summary>A number at a path of the payload.</summary>
public sealed record FieldValue(PayloadPath Path) : Formula;

/// <summary>1 where the condition holds, 0 elsewhere.</summary>
public sealed record Holds(Condition Condition) : Formula;

/// <summary>Metres between a place and the one at a path.</summary>
public sealed record GeoDistance(GeoPoint Origin, PayloadPath To) : Formula;

/// <summary>Seconds since 1970 of a moment.</summary>
public sealed record MomentValue(double Seconds) : Formula;

/// <summary>Seconds since 1970 of the moment at a path.</summary>
public sealed record MomentField(PayloadPath Path) : Formula;

/// <summary>The sum.</summary>
public sealed record Sum(IReadOnlyList<Formula> Terms) : Formula;

/// <summary>The product; parts after a zero are not looked at.</summary>
public sealed record Product(IReadOnlyList<Formula> Factors) : Formula;

/// <summary>A quotient.</summary>
/// <param name="Left">The dividend.</param>
/// <param name="Right">The divisor.</param>
/// <param name="ByZero">What it is where the divisor is zero; an error where null.</param>
public sealed record Quotient(Formula Left, Formula Right, double? ByZero) : Formula;

/// <summary>A power.</summary>
public sealed record Power(Formula Base, Formula Exponent) : Formula;

/// <summary>A function of one value.</summary>
public sealed record Apply(MathFunction Function, Formula Of) : Formula;

/// <summary>Functions of one value.</summary>
public enum MathFunction
{
    /// <summary>−x</summary>
    Negate,
    /// <summary>|x|</summary>
    Abs,
    /// <summary>√x</summary>
    Sqrt,
    /// <summary>eˣ</summary>
    Exp,
    /// <summary>log₁₀ x</summary>
    Log10,
    /// <summary>ln x</summary>
    Ln,
}

/// <summary>1 at the target, falling with the distance from it, to the midpoint at one scale.</summary>
public sealed record Decay(DecayShape Shape, Formula X, Formula? Target, double Scale, double Midpoint) : Formula;

/// <summary>How it falls.</summary>
public enum DecayShape
{
    /// <summary>In a straight line, to 0.</summary>
    Linear,
    /// <summary>By the same share each step.</summary>
    Exponential,
    /// <summary>As a bell.</summary>
    Gauss,
}
