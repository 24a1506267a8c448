using Orrery.Data.Datasets;
using Orrery.Data.Sources;
using Orrery.Kernel;

namespace Orrery.Data.Ingestion;

/// <summary>Which columns of a file become which columns of the dataset.</summary>
/// <param name="Columns">In the file's order.</param>
/// <param name="Ignored">Columns of the file that the source does not take.</param>
internal sealed record BatchPlan(IReadOnlyList<BatchColumn> Columns, IReadOnlyList<string> Ignored)
{
    /// <param name="batch">The file.</param>
    /// <param name="spec">What the source says.</param>
    /// <param name="existing">The columns of the dataset that is appended to: they settle the types that nobody declares.</param>
    /// <param name="maxBadShare">What a typing error may cost a column's type.</param>
    /// <param name="cancellationToken">Interrupts.</param>
    /// <exception cref="InvalidException">The file lacks a required column, or one cannot be taken.</exception>
    public static async Task<BatchPlan> MakeAsync(
        StagedBatch batch, SourceSpec spec, IReadOnlyList<DatasetColumn>? existing, double maxBadShare, CancellationToken cancellationToken)
    {
        var wanted = Wanted(batch, spec);
        var known = (existing ?? []).ToDictionary(c => c.Name, c => c.Type);
        var open = wanted.Where(w => w.From is not null && w.Spec.Type is null && !known.ContainsKey(w.Name)).Select(w => w.From!).Distinct().ToList();
        var inferred = await TypeInference.InferAsync(batch, open, maxBadShare, cancellationToken);
        var needed = new HashSet<string>((spec.Key ?? []).Append(spec.Timestamp ?? ""), StringComparer.Ordinal);
        var columns = wanted.Select(w => new BatchColumn(
            w.Name, w.Spec.Type ?? (known.TryGetValue(w.Name, out var type) ? type : w.From is null ? ColumnType.Text : inferred[w.From.Name]),
            w.From, w.Spec.Required || needed.Contains(w.Name), w.Spec.Format)).ToList();
        var taken = wanted.Select(w => w.From).ToHashSet();
        return new(columns, [.. batch.Columns.Where(c => !taken.Contains(c)).Select(c => c.Name)]);
    }

    private static List<(string Name, StagedColumn? From, SourceColumn Spec)> Wanted(StagedBatch batch, SourceSpec spec)
    {
        if (spec.Columns is null)
        {
            foreach (var column in batch.Columns)
            {
                if (DatasetColumns.NameError(column.Name) is { } error)
                    throw new InvalidException($"{error} Declare the source's columns to give it another name.");
            }

            return [.. batch.Columns.Select(c => (c.Name, (StagedColumn?)c, new SourceColumn()))];
        }

        var wanted = spec.Columns.Select(c => (Name: c.Key, From: Find(batch, c.Value.From ?? c.Key), Spec: c.Value)).ToList();
        var missing = wanted.Where(w => w.From is null && (w.Spec.Required || w.Name == spec.Timestamp || spec.Key?.Contains(w.Name) == true)).Select(w => w.Spec.From ?? w.Name).ToList();
        if (missing.Count > 0)
        {
            throw new InvalidException(
                $"The file lacks the required column{(missing.Count > 1 ? "s" : "")} {string.Join(", ", missing.Select(m => $"'{m}'"))}. It has {string.Join(", ", batch.Columns.Select(c => c.Name).Take(50))}.");
        }

        if (wanted.All(w => w.From is null))
            throw new InvalidException($"The file has none of the source's columns. It has {string.Join(", ", batch.Columns.Select(c => c.Name).Take(50))}.");
        // In the file's order, since a map in YAML has none; columns that the file lacks come last, by name.
        return [.. wanted.OrderBy(w => w.From is null ? int.MaxValue : batch.Columns.ToList().IndexOf(w.From)).ThenBy(w => w.Name, StringComparer.Ordinal)];
    }

    private static StagedColumn? Find(StagedBatch batch, string name) =>
        batch.Columns.FirstOrDefault(c => c.Name == name) ?? batch.Columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
}
