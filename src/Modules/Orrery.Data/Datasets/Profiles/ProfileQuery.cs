using System.Data.Common;
using System.Globalization;
using DuckDB.NET.Data;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Datasets.Profiles;

/// <summary>
/// Computes a profile: one pass over all columns for counts, range, mean and quantiles, then one over each column by itself for what needs
/// the range (deviation, histogram) or a table of values (exact distinct count, top values). One thread, since sums of floats depend on their order:
/// the same rows give the same profile to the last bit.
/// </summary>
internal sealed class ProfileQuery(AnalyticsEngine analytics)
{
    private const int TopValues = 10;
    private const int TopValueCharacters = 256;

    /// <summary>Above this, the distinct count stays an estimate: HyperLogLog's error of a few percent no longer blurs what a person asks of it.</summary>
    private const long ExactDistinct = 10_000;

    /// <summary>Integers with at most this many values are codes rather than quantities.</summary>
    private const long FewValues = 50;

    /// <summary>Exact quantiles hold a column in memory (8 bytes a row); beyond this a t-digest takes their place.</summary>
    private const long ExactQuantileRows = 10_000_000;

    /// <summary>The probabilities at which <see cref="ColumnProfile.Quantiles"/> stand.</summary>
    public static readonly double[] Probabilities = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

    public async Task<DatasetProfile> RunAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        using var session = analytics.Open();
        await session.ExecuteAsync($"SET threads=1; CREATE TEMP VIEW rows AS FROM {Sql.Parquet(dataset.Paths)}", cancellationToken);
        var columns = dataset.Manifest.Columns;
        var summaries = await SummariesAsync(session, dataset.Manifest, cancellationToken);
        var profiles = new List<ColumnProfile>(columns.Count);
        foreach (var (column, summary) in columns.Zip(summaries))
            profiles.Add(await DetailAsync(session, column, summary, cancellationToken));
        return new(dataset.Manifest.Rows, profiles);
    }

    private static Task<ColumnSummary[]> SummariesAsync(DuckDBConnection session, DatasetManifest manifest, CancellationToken cancellationToken)
    {
        var quantile = manifest.Rows <= ExactQuantileRows ? "quantile_cont" : "approx_quantile";
        var figures = manifest.Columns.Select(c =>
        {
            var value = Value(c);
            return $"count(*) - count({Present(c)}), approx_count_distinct({Present(c)}), " +
                (value is null ? "NULL, NULL, NULL, NULL" : $"min({value}), max({value}), avg({value}), {quantile}({value}, {ProbabilityList})");
        });
        return session.SingleAsync($"SELECT {string.Join(", ", figures)} FROM rows", row =>
            Enumerable.Range(0, manifest.Columns.Count).Select(i => ColumnSummary.Read(row, i * ColumnSummary.Width)).ToArray(), cancellationToken);
    }

    private static async Task<ColumnProfile> DetailAsync(
        DuckDBConnection session, DatasetColumn column, ColumnSummary summary, CancellationToken cancellationToken)
    {
        var distinct = summary.Distinct;
        // The estimate is off by a few percent, so the exact count is taken a little beyond the limit.
        if (distinct < ExactDistinct + ExactDistinct / 5)
            distinct = await session.SingleAsync($"SELECT count(DISTINCT {Present(column)}) FROM rows", row => row.GetInt64(0), cancellationToken);
        var histogram = Value(column) is { } value && summary is { Minimum: { } low, Maximum: { } high }
            ? await NumericDetail.RunAsync(session, value, low, high, cancellationToken)
            : NumericDetail.None;
        var top = column.Type is ColumnType.Text or ColumnType.Boolean || (column.Type == ColumnType.Int64 && distinct <= FewValues)
            ? await TopAsync(session, column, cancellationToken)
            : null;
        return new(
            column.Name, column.Type, summary.Missing, distinct, summary.Minimum, summary.Maximum, summary.Mean, histogram.StandardDeviation,
            summary.Quantiles, histogram.Histogram, top);
    }

    private static async Task<IReadOnlyList<ValueCount>> TopAsync(DuckDBConnection session, DatasetColumn column, CancellationToken cancellationToken)
    {
        var name = Sql.Name(column.Name);
        return await session.QueryAsync(
            $"SELECT left(CAST({name} AS VARCHAR), {TopValueCharacters}), n FROM (SELECT {name}, count(*) AS n FROM rows WHERE {name} IS NOT NULL " +
            $"GROUP BY ALL ORDER BY n DESC, {name} LIMIT {TopValues}) ORDER BY n DESC, {name}",
            row => new ValueCount(row.GetString(0), row.GetInt64(1)), cancellationToken);
    }

    /// <summary>The value where there is one: NaN counts as missing.</summary>
    private static string Present(DatasetColumn column) => column.Type == ColumnType.Float64
        ? $"CASE WHEN NOT isnan({Sql.Name(column.Name)}) THEN {Sql.Name(column.Name)} END"
        : Sql.Name(column.Name);

    /// <summary>The value as a number, where it is a finite one; null for columns that are none.</summary>
    private static string? Value(DatasetColumn column) => column.Type switch
    {
        ColumnType.Int64 => $"CAST({Sql.Name(column.Name)} AS DOUBLE)",
        ColumnType.Float64 => $"CASE WHEN isfinite({Sql.Name(column.Name)}) THEN {Sql.Name(column.Name)} END",
        ColumnType.Timestamp => $"CASE WHEN isfinite({Sql.Name(column.Name)}) THEN epoch_us({Sql.Name(column.Name)}) / 1e6 END",
        _ => null,
    };

    private static string ProbabilityList { get; } =
        $"[{string.Join(", ", Probabilities.Select(p => p.ToString(CultureInfo.InvariantCulture)))}]";
}

/// <summary>The figures of one column that the first pass gives.</summary>
internal sealed record ColumnSummary(long Missing, long Distinct, double? Minimum, double? Maximum, double? Mean, IReadOnlyList<double>? Quantiles)
{
    /// <summary>Result columns of one summary.</summary>
    public const int Width = 6;

    public static ColumnSummary Read(DbDataReader row, int at) => new(
        row.GetInt64(at), row.GetInt64(at + 1), Number(row, at + 2), Number(row, at + 3), Number(row, at + 4),
        row.IsDBNull(at + 5) ? null : row.GetFieldValue<List<double>>(at + 5));

    private static double? Number(DbDataReader row, int at) => row.IsDBNull(at) ? null : row.GetDouble(at);
}
