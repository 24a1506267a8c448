using Orrery.Kernel;

namespace Orrery.Data.Datasets;

/// <summary>What the columns of one dataset's versions have to keep to.</summary>
internal static class DatasetColumns
{
    /// <summary>Refuses rows whose columns are not those of the version that they are appended to.</summary>
    public static void CheckAppend(string dataset, Dataset before, IReadOnlyList<DatasetColumn> columns)
    {
        if (before.Version.Name != dataset)
            throw new InvalidException($"Rows of dataset '{dataset}' cannot be appended to {before.Version.Ref}: it is another dataset.");
        if (before.Manifest.Columns.SequenceEqual(columns))
            return;
        throw new ConflictException(
            $"{before.Version.Ref} has the columns {Text(before.Manifest.Columns)}; the rows to append have {Text(columns)}. " +
            "Make them equal, or replace the dataset instead of appending to it.");
    }

    private static string Text(IReadOnlyList<DatasetColumn> columns) =>
        string.Join(", ", columns.Select(c => $"{c.Name} {ColumnTypes.Word(c.Type)}"));
}
