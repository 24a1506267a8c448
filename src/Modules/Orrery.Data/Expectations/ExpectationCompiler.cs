using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using Orrery.Data.Datasets;
using Orrery.Data.Expressions;
using Orrery.Data.Ingestion;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Expectations;

/// <summary>Turns expectations into SQL over a relation's columns.</summary>
internal sealed class ExpectationCompiler(ExpressionParser expressions, AnalyticsEngine analytics, TimeProvider time)
{
    /// <summary>What each expectation may say; exactly one of them.</summary>
    private static readonly (string Name, Func<Expectation, object?> Get, bool NeedsColumn)[] Says =
    [
        ("notNull", e => e.NotNull, true), ("between", e => e.Between, true), ("in", e => e.In, true), ("matches", e => e.Matches, true),
        ("unique", e => e.Unique, false), ("expression", e => e.Expression, false), ("type", e => e.Type, true), ("rowCount", e => e.RowCount, false),
        ("mean", e => e.Mean, true), ("quantile", e => e.Quantile, true), ("missingShare", e => e.MissingShare, true), ("freshness", e => e.Freshness, true),
    ];

    /// <summary>All expectations of a suite.</summary>
    /// <exception cref="InvalidException">One of them does not fit the columns.</exception>
    public IReadOnlyList<CompiledExpectation> Compile(IReadOnlyList<Expectation> expectations, IReadOnlyList<DatasetColumn> columns) =>
        [.. expectations.Select((e, i) => Compile(e, i, columns))];

    /// <summary>What is wrong with an expectation whatever the columns are; null where nothing is.</summary>
    public string? Error(Expectation expectation)
    {
        var said = Says.Where(s => s.Get(expectation) is not null).ToList();
        if (said.Count != 1)
            return $"An expectation says one thing of {string.Join(", ", Says.Select(s => s.Name))}; this one says {(said.Count == 0 ? "nothing" : string.Join(" and ", said.Select(s => s.Name)))}.";
        if (said[0].NeedsColumn && expectation.Column is null)
            return $"'{said[0].Name}' is about a column; say which with 'column'.";
        if (!said[0].NeedsColumn && expectation.Column is not null)
            return $"'{said[0].Name}' is not about one column; leave out 'column'.";
        try
        {
            // Any type will do: what depends on the columns is checked when they are known.
            var columns = new[] { expectation.Column }.Concat(expectation.Unique ?? []).OfType<string>().Distinct().Select(c => new DatasetColumn(c, AssumedType(expectation))).ToList();
            if (expectation.Expression is { } text)
                expressions.Parse(text, null);
            else
                Compile(expectation, 0, columns);
            return null;
        }
        catch (InvalidException error)
        {
            return error.Message;
        }
    }

    private CompiledExpectation Compile(Expectation expectation, int index, IReadOnlyList<DatasetColumn> columns)
    {
        var column = expectation.Column is { } name ? Find(name, columns) : null;
        CompiledExpectation compiled = expectation switch
        {
            { NotNull: true } => Row(column!, "has a value", $"{Name(column!)} IS NULL"),
            { NotNull: false } => throw new InvalidException("'notNull: false' expects nothing; leave the expectation out."),
            { Between: { } bounds } => Between(column!, bounds),
            { In: { } values } => In(column!, values),
            { Matches: { } pattern } => Matches(column!, pattern),
            { Unique: { } names } => Unique(names, index, columns),
            { Expression: { } text } => Expression(text, columns),
            { Type: { } type } => new BatchExpectation(
                $"{column!.Name} is of type {ColumnTypes.Word(type)}", Severity.Fail, $"count(*) * 0 + {(column.Type == type ? 1 : 0)}", new(1, 1)),
            { RowCount: { } bounds } => Batch("the number of rows", "count(*)", bounds),
            { Mean: { } bounds } => Batch($"the mean of {column!.Name}", $"avg({Number(column)})", bounds),
            { Quantile: { } quantile } => Quantile(column!, quantile),
            { MissingShare: { } share and >= 0 and <= 1 } => new BatchExpectation(
                $"at most {share.ToString(CultureInfo.InvariantCulture)} of the rows have no {column!.Name}", Severity.Fail, $"1 - count({Name(column)}) / count(*)", new(null, share)),
            { MissingShare: { } share } => throw new InvalidException($"A share lies between 0 and 1; got {share}."),
            { Freshness: { } age } => Freshness(column!, age),
            _ => throw new InvalidException("The expectation says nothing."),
        };
        if (compiled is BatchExpectation && expectation.Severity == Severity.Quarantine)
            throw new InvalidException("An expectation about the whole batch has no rows to put into quarantine; its severity is 'fail' or 'warn'.");
        compiled = compiled with { Severity = expectation.Severity ?? compiled.Severity };
        return expectation.Because is { } because ? WithReason(compiled, because) : compiled;
    }

    private static CompiledExpectation WithReason(CompiledExpectation compiled, string because)
    {
        var text = $"{compiled.Text}, because {because}";
        return compiled is RowExpectation row
            ? row with { Text = text, Rule = row.Rule with { Detail = $"{row.Rule.Detail} || {Sql.Text($" Because {because}.")}" } }
            : compiled with { Text = text };
    }

    private static RowExpectation Row(DatasetColumn column, string expected, string broken) => new(
        $"{column.Name} {expected}", Severity.Quarantine,
        new(QuarantineReason.Expectation, column.Name, $"coalesce({broken}, false)", Name(column), Sql.Text($"Expected that {column.Name} {expected}.")));

    private static RowExpectation Between(DatasetColumn column, IReadOnlyList<JsonElement> bounds)
    {
        var (low, high) = RangeSpec.Literals(bounds, column.Type);
        var broken = new[] { low is null ? null : $"{Name(column)} < {low}", high is null ? null : $"{Name(column)} > {high}" }.OfType<string>();
        return Row(column, $"lies in [{Show(bounds[0])}, {Show(bounds[1])}]", string.Join(" OR ", broken));
    }

    private static RowExpectation In(DatasetColumn column, IReadOnlyList<JsonElement> values)
    {
        if (values.Count == 0)
            throw new InvalidException("'in' has at least one value.");
        return Row(
            column, $"is one of {string.Join(", ", values.Take(20).Select(Show))}{(values.Count > 20 ? " …" : "")}",
            $"{Name(column)} NOT IN ({string.Join(", ", values.Select(v => RangeSpec.Literal(v, column.Type)))})");
    }

    private RowExpectation Matches(DatasetColumn column, string pattern)
    {
        using var session = analytics.Open();
        using var command = session.CreateCommand();
        command.CommandText = $"SELECT regexp_matches('', {Sql.Text(pattern)})";
        try
        {
            command.ExecuteScalar();
        }
        catch (DuckDBException error)
        {
            throw new InvalidException($"'{pattern}' is no regular expression: {error.Message.Split('\n')[0]}", error);
        }

        return Row(column, $"matches {pattern}", $"NOT regexp_matches(CAST({Name(column)} AS VARCHAR), {Sql.Text(pattern)})");
    }

    private static RowExpectation Unique(IReadOnlyList<string> names, int index, IReadOnlyList<DatasetColumn> columns)
    {
        if (names.Count == 0)
            throw new InvalidException("'unique' names at least one column.");
        var found = names.Select(n => Name(Find(n, columns))).ToList();
        var first = Sql.Name(string.Create(CultureInfo.InvariantCulture, $"$first {index}"));
        var text = $"no two rows have the same {string.Join(", ", names)}";
        return new(
            text, Severity.Quarantine,
            new(QuarantineReason.Expectation, string.Join(", ", names), $"{StagedBatch.Row} > {first}", $"concat_ws(', ', {string.Join(", ", found.Select(f => $"CAST({f} AS VARCHAR)"))})",
                $"{Sql.Text($"Expected that {text}; they are also those of row ")} || {first} || '.'"),
            $"first_value({StagedBatch.Row}) OVER (PARTITION BY {string.Join(", ", found)} ORDER BY {StagedBatch.Row}) AS {first}");
    }

    private RowExpectation Expression(string text, IReadOnlyList<DatasetColumn> columns)
    {
        var expression = expressions.Parse(text, [.. columns.Select(c => c.Name)]);
        // An expression that fails for a row does not hold for it; one without an answer, for a missing value, does. TRY gives NULL for both, hence the struct.
        var holds = $"coalesce(TRY(struct_pack(v := CAST({expression.Sql} AS BOOLEAN))), struct_pack(v := false)).v";
        var values = expression.Columns.Count == 0 ? "NULL" : $"concat_ws(', ', {string.Join(", ", expression.Columns.Order(StringComparer.Ordinal).Select(c => $"CAST({Sql.Name(c)} AS VARCHAR)"))})";
        return new(
            text, Severity.Quarantine,
            new(QuarantineReason.Expectation, string.Join(", ", expression.Columns.Order(StringComparer.Ordinal)), $"coalesce(NOT {holds}, false)",
                values, Sql.Text($"Expected that {text}.")));
    }

    private static BatchExpectation Batch(string figure, string measure, IReadOnlyList<JsonElement> bounds) => new(
        $"{figure} lies in [{Show(bounds.ElementAtOrDefault(0))}, {Show(bounds.ElementAtOrDefault(1))}]", Severity.Fail, measure, RangeSpec.Numbers(bounds));

    private static BatchExpectation Quantile(DatasetColumn column, QuantileExpectation quantile)
    {
        if (quantile.At is not (>= 0 and <= 1))
            throw new InvalidException($"A quantile is at a probability between 0 and 1; got {quantile.At}.");
        var at = quantile.At.ToString(CultureInfo.InvariantCulture);
        return Batch($"the {at} quantile of {column.Name}", $"quantile_cont({Number(column)}, {at})", quantile.Between);
    }

    private BatchExpectation Freshness(DatasetColumn column, TimeSpan age)
    {
        if (column.Type != ColumnType.Timestamp)
            throw new InvalidException($"'freshness' is about a timestamp; {column.Name} has the type {ColumnTypes.Word(column.Type)}.");
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() / 1e3;
        return new(
            $"the newest {column.Name} is at most {age} old", Severity.Fail,
            $"{now.ToString("R", CultureInfo.InvariantCulture)} - epoch_us(max({Name(column)})) / 1e6", new(null, age.TotalSeconds));
    }

    private static string Number(DatasetColumn column) => column.Type is ColumnType.Int64 or ColumnType.Float64
        ? $"CAST({Name(column)} AS DOUBLE)"
        : throw new InvalidException($"{column.Name} has the type {ColumnTypes.Word(column.Type)}; this figure is of numbers.");

    private static DatasetColumn Find(string name, IReadOnlyList<DatasetColumn> columns) =>
        columns.FirstOrDefault(c => c.Name == name) ?? throw new InvalidException(DatasetColumns.Unknown(name, columns.Select(c => c.Name)));

    private static ColumnType AssumedType(Expectation expectation) => expectation switch
    {
        { Freshness: not null } => ColumnType.Timestamp,
        { Between: { } bounds } when bounds.Any(b => b.ValueKind == JsonValueKind.String) => ColumnType.Timestamp,
        { In: { } values } when values.All(v => v.ValueKind == JsonValueKind.String) => ColumnType.Text,
        { In: { } values } when values.All(v => v.ValueKind is JsonValueKind.True or JsonValueKind.False) => ColumnType.Boolean,
        _ => ColumnType.Float64,
    };

    private static string Name(DatasetColumn column) => Sql.Name(column.Name);

    private static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "open",
        JsonValueKind.Undefined => "?",
        _ => value.GetRawText(),
    };
}
