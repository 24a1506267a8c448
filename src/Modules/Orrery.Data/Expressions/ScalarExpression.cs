namespace Orrery.Data.Expressions;

/// <summary>A user's SQL expression that passed <see cref="ExpressionParser"/>: one value of one row, from the row's columns alone.</summary>
/// <param name="Text">The expression as it was written; safe within parentheses on lines of their own.</param>
/// <param name="Columns">The columns that it reads.</param>
public sealed record ScalarExpression(string Text, IReadOnlySet<string> Columns)
{
    /// <summary>The expression as a part of a statement. The line ends keep a comment at its end from swallowing the parenthesis.</summary>
    public string Sql => $"(\n{Text}\n)";
}
