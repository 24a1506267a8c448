using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Training.Trainers;

namespace Orrery.Training.Train;

/// <summary>Finds a trainer's columns in a dataset, or says which is missing.</summary>
internal static class TrainingColumns
{
    /// <summary>The columns that the transforms read, and the one that orders rows.</summary>
    public static (IReadOnlyList<string> Columns, string Time) Check(Dataset dataset, TrainerSpec spec)
    {
        var time = spec.Time ?? dataset.Manifest.Timestamp
            ?? throw new InvalidException($"{dataset.Version.Ref} has no timestamp; name the column that orders its rows as the trainer's 'time'.");
        if (Find(dataset, time, "time").Type != ColumnType.Timestamp)
            throw new InvalidException($"Rows are split by time, but '{time}' of {dataset.Version.Ref} is {Find(dataset, time, "time").Type}; name a timestamp.");
        if (Find(dataset, spec.Label, "label").Type is ColumnType.Text or ColumnType.Timestamp)
            throw new InvalidException($"The label '{spec.Label}' of {dataset.Version.Ref} is {Find(dataset, spec.Label, "label").Type}; expected 0 and 1, or false and true.");
        if (spec.Groups is { } groups)
            Find(dataset, groups, "groups");
        var columns = spec.Transform.Columns.Concat(spec.Baseline?.Transform?.Columns ?? []).Select(c => c.Name).Distinct(StringComparer.Ordinal).ToList();
        foreach (var column in columns)
            Find(dataset, column, "transform");
        return (columns, time);
    }

    private static DatasetColumn Find(Dataset dataset, string name, string role)
    {
        var known = dataset.Manifest.Columns;
        if (known.FirstOrDefault(c => c.Name == name) is { } found)
            return found;
        var nearest = NearestName.Of(name, known.Select(c => c.Name)) is { } near ? $" Did you mean '{near}'?" : $" It has {string.Join(", ", known.Select(c => c.Name))}.";
        throw new InvalidException($"{dataset.Version.Ref} has no column '{name}', which the trainer names as {role}.{nearest}");
    }
}
