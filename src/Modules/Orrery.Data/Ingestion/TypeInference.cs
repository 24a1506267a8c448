using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Ingestion;

/// <summary>
/// Finds the type of columns that nobody declared: the narrowest that all but the allowed share of bad rows fit, so that a typing error is a bad row and
/// not a column of text. Numbers with a leading zero (postal codes, identifiers) stay text.
/// </summary>
internal static class TypeInference
{
    private static readonly ColumnType[] NarrowestFirst = [ColumnType.Boolean, ColumnType.Int64, ColumnType.Float64, ColumnType.Timestamp];

    /// <exception cref="InvalidException">A column of the file has a type that no dataset column can have.</exception>
    public static async Task<IReadOnlyDictionary<string, ColumnType>> InferAsync(
        StagedBatch batch, IReadOnlyList<StagedColumn> columns, double maxBadShare, CancellationToken cancellationToken)
    {
        var types = columns.Where(c => c.DuckType != "VARCHAR").ToDictionary(c => c.Name, OfTyped);
        var texts = columns.Where(c => c.DuckType == "VARCHAR").ToList();
        if (texts.Count == 0)
            return types;
        var counts = await batch.Session.SingleAsync(
            $"SELECT {string.Join(", ", texts.Select(c => Counts(c.Sql)))} FROM {StagedBatch.Raw}",
            row => Enumerable.Range(0, row.FieldCount).Select(i => row.GetInt64(i)).ToArray(), cancellationToken);
        var width = NarrowestFirst.Length + 2;
        foreach (var (column, of) in texts.Zip(counts.Chunk(width)))
            types[column.Name] = Narrowest(of, maxBadShare);
        return types;
    }

    private static ColumnType OfTyped(StagedColumn column) => ColumnTypes.Of(column.DuckType)?.Type
        ?? (column.DuckType is "TIME" or "TIME WITH TIME ZONE" ? ColumnType.Text : throw new InvalidException(
            $"The column '{column.Name}' has the type {column.DuckType}, which a dataset does not have. Declare the source's columns: leave it out, or take it as 'type: text', which keeps it as JSON."));

    private static string Counts(string column)
    {
        var text = Conversion.Trimmed(column);
        string[] fits =
        [
            $"regexp_full_match({text}, '[+-]?0[0-9].*')",
            $"lower({text}) IN ('true', 'false')",
            $"regexp_full_match({text}, '{Conversion.IntegerPattern}') AND TRY_CAST({text} AS BIGINT) IS NOT NULL",
            $"regexp_full_match({text}, '{Conversion.FloatPattern}') OR regexp_full_match({text}, '{Conversion.NotFinitePattern}')",
            $"regexp_full_match({text}, '{Conversion.TimestampPattern}') AND TRY_CAST({text} AS TIMESTAMPTZ) IS NOT NULL",
        ];
        return $"count({text}), {string.Join(", ", fits.Select(f => $"count(CASE WHEN {f} THEN 1 END)"))}";
    }

    private static ColumnType Narrowest(long[] counts, double maxBadShare)
    {
        var (present, leadingZeros) = (counts[0], counts[1]);
        for (var i = 0; i < NarrowestFirst.Length; i++)
        {
            var isNumber = NarrowestFirst[i] is ColumnType.Int64 or ColumnType.Float64;
            if (present > 0 && present - counts[i + 2] <= maxBadShare * present && !(isNumber && leadingZeros > 0))
                return NarrowestFirst[i];
        }

        return ColumnType.Text;
    }
}
