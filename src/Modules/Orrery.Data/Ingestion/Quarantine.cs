using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Ingestion;

/// <summary>A rule that rows may break.</summary>
/// <param name="Reason">The kind of defect.</param>
/// <param name="Column">The column to blame.</param>
/// <param name="Broken">SQL that is true for a row that breaks it, and never NULL.</param>
/// <param name="Value">SQL of the value to show.</param>
/// <param name="Detail">SQL of the text that says what was expected.</param>
internal sealed record RowRule(QuarantineReason Reason, string? Column, string Broken, string Value, string Detail);

/// <summary>The defects of one batch, in a table of its session.</summary>
/// <param name="session">The session that has the batch.</param>
/// <param name="table">The table's name.</param>
internal sealed class Quarantine(DuckDBConnection session, string table = Quarantine.Table)
{
    /// <summary>The name of the table whose rows stay out of the dataset.</summary>
    public const string Table = "quarantine";

    /// <summary>The artifact's path on the run.</summary>
    public const string ArtifactPath = "quarantine.parquet";

    private const int ValueCharacters = 256;

    private const string Fields = "row, line, \"column\", value, reason, detail, record";
    private const string Order = "row, \"column\", reason, detail";

    /// <summary>Makes the empty table.</summary>
    public Task CreateAsync(CancellationToken cancellationToken) => session.ExecuteAsync(
        $"CREATE TEMP TABLE {table} (row BIGINT, line BIGINT, \"column\" VARCHAR, value VARCHAR, reason VARCHAR, detail VARCHAR, record VARCHAR, rule INTEGER)",
        cancellationToken);

    /// <summary>
    /// Applies rules to the rows of a relation that has <see cref="StagedBatch.Row"/> and <see cref="StagedBatch.Line"/>; returns how many rows break each.
    /// </summary>
    public async Task<long[]> ApplyAsync(string relation, IReadOnlyList<RowRule> rules, CancellationToken cancellationToken)
    {
        if (rules.Count == 0)
            return [];
        // One pass counts for all rules; only broken ones take another to list their rows.
        var counts = await session.SingleAsync(
            $"SELECT {string.Join(", ", rules.Select(r => $"count(CASE WHEN {r.Broken} THEN 1 END)"))} FROM {relation}",
            row => Enumerable.Range(0, rules.Count).Select(row.GetInt64).ToArray(), cancellationToken);
        for (var i = 0; i < rules.Count; i++)
        {
            if (counts[i] > 0)
                await ListAsync(relation, rules[i], i, cancellationToken);
        }

        return counts;
    }

    private Task ListAsync(string relation, RowRule rule, int number, CancellationToken cancellationToken)
    {
        var column = rule.Column is null ? "NULL" : Sql.Text(rule.Column);
        return session.ExecuteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"INSERT INTO {table} SELECT {StagedBatch.Row}, {StagedBatch.Line}, {column}, left(CAST({rule.Value} AS VARCHAR), {ValueCharacters}), " +
            $"{Sql.Text(Word(rule.Reason))}, {rule.Detail}, NULL, {number} FROM {relation} WHERE {rule.Broken}"), cancellationToken);
    }

    /// <summary>How many records have a defect.</summary>
    public Task<long> RowsAsync(CancellationToken cancellationToken) =>
        session.SingleAsync($"SELECT count(DISTINCT row) FROM {table}", row => row.GetInt64(0), cancellationToken);

    /// <summary>How many defects there are of each kind.</summary>
    public async Task<IReadOnlyDictionary<QuarantineReason, long>> ReasonsAsync(CancellationToken cancellationToken) =>
        (await session.QueryAsync($"SELECT reason, count(*) FROM {table} GROUP BY reason ORDER BY reason", row => (row.GetString(0), row.GetInt64(1)), cancellationToken))
        .ToDictionary(r => Reason(r.Item1), r => r.Item2);

    /// <summary>Writes all defects to a Parquet file, in the order of the file, each with its record.</summary>
    public async Task WriteAsync(StagedBatch batch, string path, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(
            $"COPY (SELECT q.row, q.line, q.\"column\", q.value, q.reason, q.detail, coalesce(q.record, left({batch.RecordSql}, {Reading.RecordReader.RawBytes})) AS record " +
            $"FROM {table} q LEFT JOIN {StagedBatch.Raw} r ON q.row = r.{StagedBatch.Row} ORDER BY {Order}) TO {Sql.Text(path)} (FORMAT parquet, COMPRESSION zstd)",
            cancellationToken);
    }

    /// <summary>Defects of a written quarantine.</summary>
    public static Task<List<QuarantinedRow>> ReadAsync(DuckDBConnection session, string path, long offset, int limit, CancellationToken cancellationToken) =>
        session.QueryAsync(
            string.Create(CultureInfo.InvariantCulture, $"SELECT {Fields} FROM read_parquet({Sql.Text(path)}) LIMIT {limit} OFFSET {offset}"), Read, cancellationToken);

    /// <summary>The first defects.</summary>
    public Task<List<QuarantinedRow>> FirstAsync(int count, CancellationToken cancellationToken) => FirstAsync(count, "true", cancellationToken);

    /// <summary>The first rows that break a rule of the kind <see cref="QuarantineReason.Expectation"/>, by its number in the call that applied it.</summary>
    public Task<List<QuarantinedRow>> FirstOfAsync(int rule, int count, CancellationToken cancellationToken) =>
        FirstAsync(count, string.Create(CultureInfo.InvariantCulture, $"rule = {rule} AND reason = {Sql.Text(Word(QuarantineReason.Expectation))}"), cancellationToken);

    private Task<List<QuarantinedRow>> FirstAsync(int count, string condition, CancellationToken cancellationToken) => session.QueryAsync(
        string.Create(CultureInfo.InvariantCulture, $"SELECT {Fields} FROM {table} WHERE {condition} ORDER BY {Order} LIMIT {count}"), Read, cancellationToken);

    /// <summary>How a reason is written.</summary>
    public static string Word(QuarantineReason reason) => JsonNamingPolicy.CamelCase.ConvertName(reason.ToString());

    private static QuarantineReason Reason(string word) => Enum.Parse<QuarantineReason>(word, ignoreCase: true);

    private static QuarantinedRow Read(DbDataReader row) => new(
        row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1), Text(row, 2), Text(row, 3), Reason(row.GetString(4)), row.GetString(5), Text(row, 6));

    private static string? Text(DbDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);
}
