using System.Globalization;
using DuckDB.NET.Data;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Datasets.Profiles;

/// <summary>What of a numeric column can be computed only once its range is known.</summary>
internal sealed record NumericDetail(double? StandardDeviation, IReadOnlyList<HistogramBin>? Histogram)
{
    private const int Bins = 20;

    /// <summary>For columns without a number.</summary>
    public static NumericDetail None { get; } = new(null, null);

    /// <param name="session">Has the view <c>rows</c>.</param>
    /// <param name="value">The finite value as SQL of type DOUBLE, or NULL.</param>
    /// <param name="low">The smallest.</param>
    /// <param name="high">The largest.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    public static async Task<NumericDetail> RunAsync(DuckDBConnection session, string value, double low, double high, CancellationToken cancellationToken)
    {
        var deviation = await DeviationAsync(session, value, low, high, cancellationToken);
        var width = (high - low) / Bins;
        if (!double.IsFinite(width))
            return new(deviation, null);
        if (width == 0)
        {
            // One value, or values so near each other that no double lies between: a single bin says all there is.
            var all = await session.SingleAsync($"SELECT count({value}) FROM rows", row => row.GetInt64(0), cancellationToken);
            return new(deviation, [new(low, high, all)]);
        }

        // The quotient can round to the neighbouring bin, so the result is compared with the very edges that the bins are shown with.
        var bin = $"least({Bins - 1}, floor((v - {Text(low)}) / {Text(width)}))";
        var rows = await session.QueryAsync(
            $"SELECT CAST(CASE WHEN v < {Text(low)} + b * {Text(width)} THEN b - 1 WHEN b < {Bins - 1} AND v >= {Text(low)} + (b + 1) * {Text(width)} THEN b + 1 ELSE b END AS INTEGER) AS bin, count(*) " +
            $"FROM (SELECT v, {bin} AS b FROM (SELECT {value} AS v FROM rows) WHERE v IS NOT NULL) GROUP BY bin",
            row => (Bin: row.GetInt32(0), Count: row.GetInt64(1)), cancellationToken);
        var counts = rows.ToDictionary(r => r.Bin, r => r.Count);
        return new(deviation, [.. Enumerable.Range(0, Bins).Select(i => new HistogramBin(
            low + i * width, i == Bins - 1 ? high : low + (i + 1) * width, counts.GetValueOrDefault(i)))]);
    }

    /// <summary>Scaled by the largest magnitude, since DuckDB refuses a deviation whose squares overflow.</summary>
    private static Task<double?> DeviationAsync(DuckDBConnection session, string value, double low, double high, CancellationToken cancellationToken)
    {
        var largest = Math.Max(Math.Abs(low), Math.Abs(high));
        var scale = largest > 1e100 ? largest : 1;
        return session.SingleAsync(
            $"SELECT stddev_samp(({value}) / {Text(scale)}) FROM rows", row => row.IsDBNull(0) ? (double?)null : row.GetDouble(0) * scale, cancellationToken);
    }

    /// <summary>A DOUBLE literal that reads back as the same bits.</summary>
    private static string Text(double value) => $"CAST('{value.ToString("R", CultureInfo.InvariantCulture)}' AS DOUBLE)";
}
