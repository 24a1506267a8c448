using System.Text.Json;
using Orrery.Data.Datasets;
using Orrery.Kernel;

namespace Orrery.Data.Expressions;

/// <summary>Walks a parsed expression and refuses every node that it does not know.</summary>
internal sealed class ExpressionTree(IReadOnlyCollection<string>? known)
{
    /// <summary>DuckDB's own parser stops at 1,000 levels; so deep an expression is nobody's.</summary>
    private const int MaxDepth = 200;

    private static readonly HashSet<string> CastTypes =
    [
        "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "VARCHAR", "DATE", "TIME", "TIMESTAMP",
        "TIMESTAMP WITH TIME ZONE", "INTERVAL",
    ];

    private readonly HashSet<string> _columns = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The columns that the expression reads, after all of it was checked.</summary>
    public IReadOnlySet<string> Columns(JsonElement node)
    {
        Check(node, 0);
        return _columns;
    }

    private void Check(JsonElement node, int depth)
    {
        if (depth > MaxDepth)
            throw new InvalidException($"The expression is nested deeper than {MaxDepth} levels.");
        switch (node.GetProperty("class").GetString())
        {
            case "CONSTANT":
                return;
            case "COLUMN_REF":
                CheckColumn(node.GetProperty("column_names"));
                return;
            case "FUNCTION":
                CheckFunction(node);
                break;
            case "CAST":
                CheckCast(node.GetProperty("cast_type"));
                break;
            case "COMPARISON" or "CONJUNCTION" or "BETWEEN" or "CASE":
                break;
            case "OPERATOR":
                CheckOperator(node.GetProperty("type").GetString()!);
                break;
            case var other:
                throw new InvalidException($"An expression computes one value from the columns of its row; {Describe(other)} is not allowed in it.");
        }

        foreach (var child in Children(node))
            Check(child, depth + 1);
    }

    /// <summary>The expressions directly below a node, wherever its class keeps them (children, left, when_expr …).</summary>
    private static IEnumerable<JsonElement> Children(JsonElement node)
    {
        foreach (var property in node.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("class", out _))
                yield return property.Value;
            else if (property.Value.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in property.Value.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.Object))
                {
                    if (item.TryGetProperty("class", out _))
                        yield return item;
                    else
                    {
                        foreach (var nested in Children(item))
                            yield return nested;
                    }
                }
            }
        }
    }

    private void CheckColumn(JsonElement names)
    {
        var name = names[names.GetArrayLength() - 1].GetString()!;
        if (names.GetArrayLength() != 1)
            throw new InvalidException($"Name a column by itself, '{name}', without a table or a field; quote a name that holds a dot: \"a.b\".");
        if (DatasetColumns.NameError(name) is { } error)
            throw new InvalidException(error);
        if (known is not null && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
            throw new InvalidException(DatasetColumns.Unknown(name, known));
        _columns.Add(name);
    }

    private static void CheckFunction(JsonElement node)
    {
        var name = node.GetProperty("function_name").GetString()!;
        if (!AllowedFunctions.Contains(name))
        {
            throw new InvalidException(
                $"The function '{name}' is not allowed in an expression{(NearestName.Of(name, AllowedFunctions.Names) is { } nearest ? $"; did you mean '{nearest}'?" : "")}. " +
                "Allowed are functions of their arguments alone: arithmetic, text, dates.");
        }

        var isPlain = node.GetProperty("schema").GetString() is "" or "main" && node.GetProperty("catalog").GetString() == ""
            && node.GetProperty("filter").ValueKind == JsonValueKind.Null && !node.GetProperty("distinct").GetBoolean()
            && node.GetProperty("order_bys").GetProperty("orders").GetArrayLength() == 0;
        if (!isPlain)
            throw new InvalidException($"The function '{name}' takes its arguments alone here: no schema, FILTER, DISTINCT or ORDER BY.");
    }

    private static void CheckCast(JsonElement type)
    {
        var name = type.GetProperty("id").GetString()!;
        if (!CastTypes.Contains(name))
            throw new InvalidException($"A cast to {name} is not allowed; cast to one of {string.Join(", ", CastTypes)}.");
    }

    private static void CheckOperator(string type)
    {
        if (type is not ("OPERATOR_NOT" or "OPERATOR_IS_NULL" or "OPERATOR_IS_NOT_NULL" or "OPERATOR_COALESCE" or "OPERATOR_NULLIF" or "COMPARE_IN" or "COMPARE_NOT_IN" or "OPERATOR_TRY"))
            throw new InvalidException($"The operator {type} is not allowed in an expression.");
    }

    private static string Describe(string? nodeClass) => nodeClass switch
    {
        "SUBQUERY" => "a subquery",
        "WINDOW" => "a window function",
        "STAR" => "'*'",
        "PARAMETER" => "a parameter",
        "LAMBDA" => "a lambda",
        _ => $"a part of the class {nodeClass}",
    };
}
