using Orrery.Kernel;

namespace Orrery.Data.Datasets;

/// <summary>What the columns of a dataset have to keep to.</summary>
internal static class DatasetColumns
{
    /// <summary>The longest name of a column.</summary>
    private const int MaxNameLength = 256;

    /// <summary>What is wrong with a column's name; null where nothing is. Names that begin with <c>$</c> are this module's own, inside its statements.</summary>
    public static string? NameError(string name) => name switch
    {
        "" => "A column needs a name.",
        { Length: > MaxNameLength } => $"A column's name has at most {MaxNameLength} characters; '{name[..20]}…' has {name.Length}.",
        _ when name[0] == '$' => $"A column's name does not begin with '$'; got '{name}'.",
        _ when name.Any(char.IsControl) => "A column's name has no control characters.",
        _ => null,
    };

    /// <summary>The message for a column that is not there.</summary>
    public static string Unknown(string name, IEnumerable<string> known)
    {
        var names = known.ToList();
        return NearestName.Of(name, names) is { } nearest
            ? $"There is no column '{name}'; did you mean '{nearest}'?"
            : $"There is no column '{name}'. The columns are {string.Join(", ", names.Take(20))}{(names.Count > 20 ? " …" : "")}.";
    }

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
