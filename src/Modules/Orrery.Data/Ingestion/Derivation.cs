using DuckDB.NET.Data;
using Orrery.Data.Datasets;
using Orrery.Data.Expressions;
using Orrery.Data.Reading;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Ingestion;

/// <summary>Adds the derived columns of a source to a relation, each as soon as the columns that it reads are there.</summary>
internal sealed class Derivation(ExpressionParser expressions)
{
    /// <param name="session">Sandboxed.</param>
    /// <param name="relation">SQL of the relation with the columns <paramref name="columns"/>.</param>
    /// <param name="columns">What an expression may read, beside the other derived columns.</param>
    /// <param name="derive">Expressions by name.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    /// <returns>SQL of the relation with the derived columns, what they are, and the rules by which a failed expression is a defect.</returns>
    public async Task<(string Relation, IReadOnlyList<DatasetColumn> Derived, IReadOnlyList<RowRule> Rules)> AddAsync(
        DuckDBConnection session, string relation, IReadOnlyCollection<string> columns, IReadOnlyDictionary<string, string> derive, CancellationToken cancellationToken)
    {
        var known = columns.Concat(derive.Keys).ToList();
        var parsed = derive.ToDictionary(d => d.Key, d => expressions.Parse(d.Value, known));
        var derived = new List<DatasetColumn>();
        var rules = new List<RowRule>();
        foreach (var (name, expression) in Ordered(parsed))
        {
            var type = await TypeAsync(session, relation, name, expression, cancellationToken);
            var (tried, failed) = (Sql.Name($"$tried {name}"), Sql.Name(FailedColumn(name)));
            // TRY gives NULL for an error. Wrapped in a struct, a missing value differs from that; and the expression is there once, see Sandbox.
            relation = $"(SELECT * EXCLUDE {tried}, {tried}.v AS {Sql.Name(name)}, {tried} IS NULL AS {failed} FROM " +
                $"(SELECT *, TRY(struct_pack(v := CAST({expression.Sql} AS {ColumnTypes.Sql(type)}))) AS {tried} FROM {relation}))";
            derived.Add(new(name, type));
            rules.Add(new(QuarantineReason.DeriveFailed, name, failed, Inputs(expression), Sql.Text($"The expression of '{name}' fails for this row: {expression.Text}")));
        }

        return (relation, derived, rules);
    }

    /// <summary>The column that says for each row whether the expression of a derived column failed.</summary>
    public static string FailedColumn(string name) => $"$failed {name}";

    /// <summary>In an order in which each comes after those that it reads; by name where that leaves a choice, so that the same source always gives the same columns.</summary>
    private static IEnumerable<(string Name, ScalarExpression Expression)> Ordered(Dictionary<string, ScalarExpression> parsed)
    {
        var left = new SortedDictionary<string, ScalarExpression>(parsed, StringComparer.Ordinal);
        while (left.Count > 0)
        {
            var next = left.FirstOrDefault(d => !left.Keys.Any(d.Value.Columns.Contains));
            if (next.Key is null)
                throw new InvalidException($"The derived columns {string.Join(", ", left.Keys)} need each other; one of them must come from the file.");
            left.Remove(next.Key);
            yield return (next.Key, next.Value);
        }
    }

    private static async Task<ColumnType> TypeAsync(
        DuckDBConnection session, string relation, string name, ScalarExpression expression, CancellationToken cancellationToken)
    {
        string type;
        try
        {
            type = await session.SingleAsync($"DESCRIBE SELECT {expression.Sql} AS v FROM {relation}", row => row.GetString(1), cancellationToken);
        }
        catch (DuckDBException error)
        {
            throw new InvalidException($"The expression of '{name}' does not fit the columns. {SourceFormats.FirstLine(error)}", error);
        }

        return ColumnTypes.Of(type)?.Type ?? throw new InvalidException(
            $"The expression of '{name}' gives a value of type {type}, which a dataset does not have; cast it to BOOLEAN, BIGINT, DOUBLE, VARCHAR or TIMESTAMP.");
    }

    /// <summary>The values that the expression read, for the person who looks for the cause.</summary>
    private static string Inputs(ScalarExpression expression) => expression.Columns.Count == 0
        ? "NULL"
        : $"concat_ws(', ', {string.Join(", ", expression.Columns.Order(StringComparer.Ordinal).Select(c => $"{Sql.Text(c + " = ")} || coalesce(CAST({Sql.Name(c)} AS VARCHAR), 'missing')"))})";
}
