using Orrery.Kernel;
using Orrery.Preparation.Columns;

namespace Orrery.Preparation.Steps;

/// <summary>What a step learns from: its input columns over all training rows.</summary>
/// <param name="Step">The step's name, for messages.</param>
/// <param name="Kind">The one kind of all columns.</param>
/// <param name="Names">The columns' names.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Label">One label a row; null where none was given.</param>
/// <param name="Seed">The seed of this step: that of the fit, mixed with the step's name.</param>
internal sealed record FitInput(
    string Step, ValueKind Kind, IReadOnlyList<string> Names, IReadOnlyList<Column> Columns, float[]? Label, ulong Seed)
{
    /// <summary>The values of a number column that are not missing, in the order of the rows.</summary>
    /// <exception cref="InvalidException">There is none, or one is infinite.</exception>
    public float[] PresentNumbers(int column)
    {
        var values = ((NumberColumn)Columns[column]).Values;
        var present = new List<float>(values.Length);
        foreach (var value in values)
        {
            if (float.IsInfinity(value))
                throw new InvalidException($"Step '{Step}': column '{Names[column]}' holds {value}, from which no statistic can be "
                    + $"made. Clip it first, or clean the data.");
            if (!float.IsNaN(value))
                present.Add(value);
        }

        return present.Count > 0 ? [.. present] : throw AllMissing(column);
    }

    /// <summary>Why a column without one value cannot be fitted.</summary>
    public InvalidException AllMissing(int column) => new(
        $"Step '{Step}': column '{Names[column]}' has no value in any of the {Columns[column].Length} training rows. "
        + "Leave it out, impute a constant first, or fit on more rows.");
}
