using Orrery.Data.Datasets;
using Orrery.Data.Sources;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Ingestion;

/// <summary>
/// Takes a file's records to the dataset's columns and finds what is wrong with each: first the values, then what is derived from them, then what must hold between
/// rows. Each stage judges only rows that passed the one before, so that a broken row does not cast out a sound one with the same key.
/// </summary>
internal sealed class BatchJudge(Derivation derivation)
{
    public async Task<JudgedBatch> JudgeAsync(
        StagedBatch batch, long records, Quarantine quarantine, SourceSpec spec, Dataset? existing, double maxBadShare, CancellationToken cancellationToken)
    {
        var session = batch.Session;
        var plan = await BatchPlan.MakeAsync(batch, spec, existing?.Manifest.Columns, maxBadShare, cancellationToken);
        var rules = plan.Columns.SelectMany(Conversion.Rules).ToList();
        var broken = await quarantine.ApplyAsync(StagedBatch.Raw, rules, cancellationToken);

        var values = string.Concat(plan.Columns.Select(c => $", {Conversion.Value(c)} AS {Sql.Name(c.Name)}"));
        var read = $"(SELECT {StagedBatch.Row}, {StagedBatch.Line}{values} FROM {JudgedBatch.GoodOf(StagedBatch.Raw, broken > 0)})";
        var (relation, derived, failures) = await derivation.AddAsync(
            session, read, [.. plan.Columns.Select(c => c.Name)], spec.Derive ?? new Dictionary<string, string>(), cancellationToken);
        var columns = Arranged([.. plan.Columns.Select(c => new DatasetColumn(c.Name, c.Type)), .. derived], spec, existing);

        await session.ExecuteAsync($"CREATE TEMP TABLE {JudgedBatch.Typed} AS SELECT * FROM {relation}", cancellationToken);
        broken += await quarantine.ApplyAsync(JudgedBatch.Typed, [.. failures, .. Needed(spec, derived)], cancellationToken);
        if (spec.Key is { Count: > 0 } key)
            broken += await JudgeKeyAsync(quarantine, key, columns, existing, broken > 0, cancellationToken);
        var bad = await quarantine.RowsAsync(cancellationToken);
        return new(batch, columns, plan.Ignored, records, bad);
    }

    /// <summary>Values that the dataset cannot do without, where they are derived; those of the file were judged with it.</summary>
    private static IEnumerable<RowRule> Needed(SourceSpec spec, IReadOnlyList<DatasetColumn> derived) =>
        (spec.Key ?? []).Append(spec.Timestamp).Distinct().Where(n => derived.Any(d => d.Name == n)).Select(name => new RowRule(
            QuarantineReason.Missing, name, $"({Sql.Name(name!)} IS NULL AND NOT {Sql.Name($"$failed {name}")})", "NULL", Sql.Text("A value is required.")));

    private static async Task<long> JudgeKeyAsync(
        Quarantine quarantine, IReadOnlyList<string> key, IReadOnlyList<DatasetColumn> columns, Dataset? existing, bool hasBad, CancellationToken cancellationToken)
    {
        if (key.FirstOrDefault(k => columns.All(c => c.Name != k)) is { } unknown)
            throw new InvalidException($"The source's key is wrong. {DatasetColumns.Unknown(unknown, columns.Select(c => c.Name))}");
        var names = string.Join(", ", key.Select(Sql.Name));
        var value = $"concat_ws(', ', {string.Join(", ", key.Select(k => $"CAST({Sql.Name(k)} AS VARCHAR)"))})";
        var first = $"first_value({StagedBatch.Row}) OVER (PARTITION BY {names} ORDER BY {StagedBatch.Row})";
        var relation = $"(SELECT *, {first} AS \"$first\" FROM {JudgedBatch.GoodOf(JudgedBatch.Typed, hasBad)})";
        var column = string.Join(", ", key);
        var broken = await quarantine.ApplyAsync(relation,
        [
            new(QuarantineReason.DuplicateKey, column, $"{StagedBatch.Row} > \"$first\"", value, "'Row ' || \"$first\" || ' has the same key.'"),
        ], cancellationToken);
        if (existing is null)
            return broken;
        var known = $"(SELECT t.* FROM {JudgedBatch.GoodOf(JudgedBatch.Typed, hasBad || broken > 0)} t SEMI JOIN {Sql.Parquet(existing.Paths)} e USING ({names}))";
        return broken + await quarantine.ApplyAsync(known,
        [
            new(QuarantineReason.DuplicateKey, column, "true", value, Sql.Text($"{existing.Version.Ref} has a row of the same key.")),
        ], cancellationToken);
    }

    /// <summary>The columns in the order of the dataset that is appended to, or that of the file with the derived ones behind.</summary>
    private static List<DatasetColumn> Arranged(List<DatasetColumn> columns, SourceSpec spec, Dataset? existing)
    {
        if (spec.Timestamp is { } timestamp && !columns.Any(c => c.Name == timestamp && c.Type == ColumnType.Timestamp))
        {
            throw new InvalidException(columns.Find(c => c.Name == timestamp) is { } other
                ? $"The timestamp '{timestamp}' has the type {ColumnTypes.Word(other.Type)}; declare it with 'type: timestamp', and with its 'format' if it is not ISO 8601."
                : $"The timestamp is wrong. {DatasetColumns.Unknown(timestamp, columns.Select(c => c.Name))}");
        }

        if (existing is null)
            return columns;
        var ordered = existing.Manifest.Columns.Where(columns.Contains).Concat(columns.Except(existing.Manifest.Columns)).ToList();
        try
        {
            DatasetColumns.CheckAppend(existing.Version.Name, existing, ordered);
        }
        catch (ConflictException error)
        {
            throw new InvalidException(error.Message, error);
        }

        return ordered;
    }
}
