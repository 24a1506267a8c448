using Apache.Arrow;
using Orrery.Kernel;

namespace Orrery.Preparation.Columns;

/// <summary>Finds a batch's column by its exact name, or says what is there instead.</summary>
internal static class ColumnLookup
{
    public static IArrowArray Find(RecordBatch batch, string name, string wanted)
    {
        var fields = batch.Schema.FieldsList;
        var found = -1;
        for (var i = 0; i < fields.Count; i++)
        {
            if (!string.Equals(fields[i].Name, name, StringComparison.Ordinal))
                continue;
            if (found >= 0)
                throw new InvalidException($"The batch has two columns named '{name}'; rename one.");
            found = i;
        }

        return found >= 0 ? batch.Column(found) : throw Absent(batch, name, wanted);
    }

    private static InvalidException Absent(RecordBatch batch, string name, string wanted)
    {
        var names = batch.Schema.FieldsList.Select(f => f.Name).ToList();
        var nearest = NearestName.Of(name, names) is { } near ? $" Did you mean '{near}'?" : "";
        return new($"The batch has no column '{name}' ({wanted}); it has {string.Join(", ", names.Select(n => $"'{n}'"))}.{nearest}");
    }
}
