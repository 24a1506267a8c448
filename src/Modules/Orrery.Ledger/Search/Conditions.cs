using System.Linq.Expressions;

namespace Orrery.Ledger.Search;

/// <summary>Turns comparisons into predicates that linq2db writes as SQL; values always become parameters.</summary>
internal static class Conditions
{
    /// <summary>A predicate over a text of a row.</summary>
    public static Expression<Func<T, bool>> Text<T>(Expression<Func<T, string?>> column, Comparison comparison) => Over(column, Text(comparison));

    /// <summary>A predicate over a number of a row.</summary>
    public static Expression<Func<T, bool>> Number<T>(Expression<Func<T, double?>> column, Comparison comparison) => Over(column, Number(comparison));

    /// <summary>
    /// A predicate over a whole number of a row. Compared as whole numbers, because a column is never converted in SQL: its index would be of no use, and linq2db
    /// writes <c>(double?)column</c> as the column itself, beside a value of the wrong type.
    /// </summary>
    public static Expression<Func<T, bool>> Whole<T>(Expression<Func<T, long?>> column, Comparison comparison) => Over(column, Whole(comparison));

    /// <summary>A predicate over an instant of a row, in microseconds; filters speak of milliseconds.</summary>
    public static Expression<Func<T, bool>> Time<T>(Expression<Func<T, long?>> column, Comparison comparison) => Over(column, Time(comparison));

    private static Expression<Func<string?, bool>> Text(Comparison comparison)
    {
        var texts = comparison.Texts;
        var text = texts.Count > 0 ? texts[0] : "";
        var glob = comparison.Comparator == Comparator.Like ? Patterns.ToGlob(text) : "";
        return comparison.Comparator switch
        {
            Comparator.Equal => value => value == text,
            Comparator.NotEqual => value => value != text,
            Comparator.Like => value => Patterns.Like(value, text, glob),
            Comparator.LikeAnyCase => value => Patterns.LikeAnyCase(value, text),
            Comparator.In => value => texts.Contains(value),
            Comparator.NotIn => value => !texts.Contains(value),
            Comparator.IsNull => value => value == null,
            Comparator.IsNotNull => value => value != null,
            _ => throw new ArgumentOutOfRangeException(nameof(comparison), comparison, "Not for text."),
        };
    }

    private static Expression<Func<double?, bool>> Number(Comparison comparison)
    {
        var number = comparison.Number;
        return comparison.Comparator switch
        {
            Comparator.Equal => value => value == number,
            Comparator.NotEqual => value => value != number,
            Comparator.Less => value => value < number,
            Comparator.LessOrEqual => value => value <= number,
            Comparator.Greater => value => value > number,
            Comparator.GreaterOrEqual => value => value >= number,
            Comparator.IsNull => value => value == null,
            Comparator.IsNotNull => value => value != null,
            _ => throw new ArgumentOutOfRangeException(nameof(comparison), comparison, "Not for numbers."),
        };
    }

    // Beyond 2^53 a double skips whole numbers; nothing that is counted here comes near.
    private static Expression<Func<long?, bool>> Whole(Comparison comparison)
    {
        const double most = 1L << 53;
        var number = Math.Clamp(comparison.Number, -most, most);
        var (below, above) = ((long)Math.Floor(number), (long)Math.Ceiling(number));
        return comparison.Comparator switch
        {
            Comparator.Equal => value => value >= above && value <= below, // nothing, where the number has a fraction
            Comparator.NotEqual => value => value < above || value > below,
            Comparator.Less => value => value < above,
            Comparator.LessOrEqual => value => value <= below,
            Comparator.Greater => value => value > below,
            Comparator.GreaterOrEqual => value => value >= above,
            Comparator.IsNull => value => value == null,
            Comparator.IsNotNull => value => value != null,
            _ => throw new ArgumentOutOfRangeException(nameof(comparison), comparison, "Not for numbers."),
        };
    }

    // The column is cut to milliseconds, so that what a client was told is found again.
    private static Expression<Func<long?, bool>> Time(Comparison comparison)
    {
        if (comparison.Comparator is not (Comparator.IsNull or Comparator.IsNotNull) && (!double.IsInteger(comparison.Number) || Math.Abs(comparison.Number) > 1L << 53))
            throw FilterErrors.At(comparison.Position, $"Expected a whole number of milliseconds since 1970 for '{comparison.Field.Key}'");
        var number = (long)comparison.Number;
        return comparison.Comparator switch
        {
            Comparator.Equal => value => value / 1000 == number,
            Comparator.NotEqual => value => value / 1000 != number,
            Comparator.Less => value => value / 1000 < number,
            Comparator.LessOrEqual => value => value / 1000 <= number,
            Comparator.Greater => value => value / 1000 > number,
            Comparator.GreaterOrEqual => value => value / 1000 >= number,
            Comparator.IsNull => value => value == null,
            Comparator.IsNotNull => value => value != null,
            _ => throw new ArgumentOutOfRangeException(nameof(comparison), comparison, "Not for times."),
        };
    }

    private static Expression<Func<TRow, bool>> Over<TRow, TValue>(Expression<Func<TRow, TValue>> column, Expression<Func<TValue, bool>> test) =>
        Expression.Lambda<Func<TRow, bool>>(new Substitution(test.Parameters[0], column.Body).Visit(test.Body), column.Parameters);

    private sealed class Substitution(ParameterExpression of, Expression by) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == of ? by : base.VisitParameter(node);
    }
}
