using System.Globalization;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Datasets;

/// <summary>Some rows of a dataset version.</summary>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">For each row its values, in the order of the columns; timestamps in ISO 8601.</param>
/// <param name="Next">Give this back to get the page after this one; null at the end.</param>
public sealed record RowPage(IReadOnlyList<DatasetColumn> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows, string? Next);

/// <summary>Reads pages of rows.</summary>
internal sealed class DatasetRows(AnalyticsEngine analytics)
{
    public async Task<RowPage> ReadAsync(Dataset dataset, PageRequest page, CancellationToken cancellationToken)
    {
        var limit = page.CheckedLimit;
        var offset = RowCursor.Read(page.Cursor);
        var columns = dataset.Manifest.Columns;
        var paths = PathsFrom(dataset, ref offset, out var skipped);
        using var session = analytics.Open();
        var rows = paths.Count == 0
            ? []
            : await session.QueryAsync(
                string.Create(CultureInfo.InvariantCulture, $"SELECT {string.Join(", ", columns.Select(Shown))} FROM {Sql.Parquet(paths)} LIMIT {limit + 1} OFFSET {offset}"),
                row => (IReadOnlyList<object?>)[.. Enumerable.Range(0, columns.Count).Select(i => row.IsDBNull(i) ? null : row.GetValue(i))], cancellationToken);
        var read = RowCursor.Page(rows, skipped + offset, limit);
        return new(columns, read.Items, read.Next);
    }

    /// <summary>The files from the first wanted row on: whole files before it are not opened.</summary>
    private static List<string> PathsFrom(Dataset dataset, ref long offset, out long skipped)
    {
        var first = 0;
        skipped = 0;
        while (first < dataset.Paths.Count && offset >= dataset.Manifest.Files[first].Rows)
        {
            offset -= dataset.Manifest.Files[first].Rows;
            skipped += dataset.Manifest.Files[first++].Rows;
        }

        return [.. dataset.Paths.Skip(first)];
    }

    private static string Shown(DatasetColumn column) => column.Type == ColumnType.Timestamp
        ? $"strftime({Sql.Name(column.Name)}, '%Y-%m-%dT%H:%M:%S.%fZ')"
        : Sql.Name(column.Name);
}
