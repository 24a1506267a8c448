using System.Text.Json;
using DuckDB.NET.Data;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Expressions;

/// <summary>
/// Lets scalar expressions pass and nothing else. DuckDB's own parser reads the text (so what is checked is what will run) and gives the tree as JSON
/// without binding or running anything; every node of the tree must be of a known class, every function on <see cref="AllowedFunctions"/>.
/// </summary>
/// <remarks>Thread-safe. This is the first wall; the second is <see cref="Sandbox"/>, in which expressions run.</remarks>
public sealed class ExpressionParser(AnalyticsEngine analytics)
{
    /// <summary>The longest expression.</summary>
    public const int MaxLength = 4096;

    private const string Rows = "orrery_rows";

    private static readonly string[] Clauses = ["where_clause", "having", "sample", "qualify"];

    /// <summary>Checks an expression.</summary>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="columns">The columns that it may read; null where they are not known yet.</param>
    /// <exception cref="InvalidException">It is no scalar expression, or reads or calls what it may not.</exception>
    public ScalarExpression Parse(string text, IReadOnlyCollection<string>? columns)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxLength || text.Contains('\0'))
            throw new InvalidException($"An expression has 1 to {MaxLength} characters; got {text?.Length ?? 0}.");
        using var document = JsonDocument.Parse(Serialize(text));
        var root = document.RootElement;
        if (root.GetProperty("error").GetBoolean())
            throw new InvalidException($"'{text}' is no expression: {root.GetProperty("error_message").GetString()}.");
        var read = new ExpressionTree(columns).Columns(Single(root, text));
        return new(text, read);
    }

    private string Serialize(string text)
    {
        using var session = analytics.Open();
        using var command = session.CreateCommand();
        // As a literal, since this function takes no parameter.
        command.CommandText = $"SELECT json_serialize_sql({Sql.Text($"SELECT (\n{text}\n) FROM {Rows}")})";
        try
        {
            return (string)command.ExecuteScalar()!;
        }
        catch (DuckDBException error)
        {
            throw new InvalidException($"'{text}' is no expression: {error.Message}", error);
        }
    }

    /// <summary>The only selected node of the only statement, which must still be the plain SELECT that the text was put into.</summary>
    private static JsonElement Single(JsonElement root, string text)
    {
        var statements = root.GetProperty("statements");
        if (statements.GetArrayLength() == 1)
        {
            var select = statements[0].GetProperty("node");
            var isPlain = select.GetProperty("type").GetString() == "SELECT_NODE"
                && select.GetProperty("select_list").GetArrayLength() == 1
                && select.GetProperty("modifiers").GetArrayLength() == 0
                && select.GetProperty("cte_map").GetProperty("map").GetArrayLength() == 0
                && select.GetProperty("group_expressions").GetArrayLength() == 0
                && Clauses.All(part => select.GetProperty(part).ValueKind == JsonValueKind.Null)
                && select.GetProperty("from_table") is var from
                && from.GetProperty("type").GetString() == "BASE_TABLE" && from.GetProperty("table_name").GetString() == Rows;
            if (isPlain)
                return select.GetProperty("select_list")[0];
        }

        throw new InvalidException($"'{text}' is more than one expression; give one value computed from the row's columns.");
    }
}
