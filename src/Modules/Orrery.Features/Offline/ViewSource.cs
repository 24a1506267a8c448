using Orrery.Data.Datasets;
using Orrery.Features.Views;
using Orrery.Kernel;

namespace Orrery.Features.Offline;

/// <summary>A view's source, checked to have what the view names.</summary>
/// <param name="Dataset">The dataset version.</param>
/// <param name="Known">The column that says when a row became known.</param>
internal sealed record ViewSource(Dataset Dataset, string Known)
{
    /// <summary>Checks a dataset against a view.</summary>
    /// <exception cref="InvalidException">A column is not there or has a type that cannot be used so.</exception>
    public static ViewSource Bind(FeatureViewPlan plan, FeatureViewSpec spec, Dataset dataset)
    {
        var errors = new Dictionary<string, string>();
        var columns = dataset.Manifest.Columns.ToDictionary(c => c.Name, c => c.Type, StringComparer.Ordinal);
        void Check(string path, string? column, string expected, params ReadOnlySpan<ColumnType> types)
        {
            if (column is null)
                return;
            if (!columns.TryGetValue(column, out var type))
                errors[path] = $"The dataset '{plan.Source}' has no column '{column}'{(NearestName.Of(column, columns.Keys) is { } near ? $"; did you mean '{near}'?" : $"; it has {string.Join(", ", columns.Keys)}.")}";
            else if (!types.Contains(type))
                errors[path] = $"Expected {expected}; '{column}' of '{plan.Source}' is {type}.";
        }

        for (var i = 0; i < spec.Entity.Count; i++)
            Check($"entity/{i}", spec.Entity[i].Column, "text, integers or booleans", ColumnType.Text, ColumnType.Int64, ColumnType.Boolean);
        for (var i = 0; i < spec.Features.Count; i++)
        {
            var feature = spec.Features[i];
            if (feature.Aggregate == Aggregate.Count)
                Check($"features/{i}/column", feature.Column, "any column", Enum.GetValues<ColumnType>());
            else
                Check($"features/{i}/column", feature.Column, "numbers or booleans", ColumnType.Int64, ColumnType.Float64, ColumnType.Boolean);
            Check($"features/{i}/where", feature.Where, "booleans", ColumnType.Boolean);
        }

        var known = spec.Timestamp ?? dataset.Manifest.Timestamp;
        if (known is null)
            errors["timestamp"] = $"Neither the view nor the dataset '{plan.Source}' says which column holds the moment at which a row became known.";
        Check("timestamp", known, "timestamps", ColumnType.Timestamp);
        return errors.Count == 0
            ? new(dataset, known!)
            : throw new InvalidException($"The view '{plan.Name}' does not fit {dataset.Version.Ref}: {errors.First().Value}") { Errors = errors };
    }
}
