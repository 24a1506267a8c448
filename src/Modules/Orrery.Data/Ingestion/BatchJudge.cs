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
    /// <summary>Reads the values and derives columns from them: <see cref="JudgedBatch.Typed"/>, less what could not be read.</summary>
    public async Task<JudgedBatch> JudgeAsync(
        StagedBatch batch, long records, Quarantine quarantine, SourceSpec spec, Dataset? existing, double maxBadShare, CancellationToken cancellationToken)
    {
        var session = batch.Session;
        var plan = await BatchPlan.MakeAsync(batch, spec, existing?.Manifest.Columns, maxBadShare, cancellationToken);
        var rules = plan.Columns.SelectMany(Conversion.Rules).ToList();
        var hasBad = (await quarantine.ApplyAsync(StagedBatch.Raw, rules, cancellationToken)).Sum() > 0;

        var values = string.Concat(plan.Columns.Select(c => $", {Conversion.Value(c)} AS {Sql.Name(c.Name)}"));
        var read = $"(SELECT {StagedBatch.Row}, {StagedBatch.Line}{values} FROM {JudgedBatch.GoodOf(StagedBatch.Raw, hasBad)})";
        var (relation, derived, failures) = await derivation.AddAsync(
            session, read, [.. plan.Columns.Select(c => c.Name)], spec.Derive ?? new Dictionary<string, string>(), cancellationToken);
        var columns = Arranged([.. plan.Columns.Select(c => new DatasetColumn(c.Name, c.Type)), .. derived], spec, existing);

        await session.ExecuteAsync($"CREATE TEMP TABLE {JudgedBatch.Typed} AS SELECT * FROM {relation}", cancellationToken);
        await quarantine.ApplyAsync(JudgedBatch.Typed, [.. failures, .. Needed(spec, derived)], cancellationToken);
        return new(batch, columns, plan.Ignored, records, await quarantine.RowsAsync(cancellationToken));
    }

    /// <summary>Holds the good rows' keys against each other and against those of the dataset.</summary>
    public static async Task<JudgedBatch> JudgeKeyAsync(
        JudgedBatch judged, Quarantine quarantine, IReadOnlyList<string> key, Dataset? existing, CancellationToken cancellationToken)
    {
        if (key.FirstOrDefault(k => judged.Columns.All(c => c.Name != k)) is { } unknown)
            throw new InvalidException($"The source's key is wrong. {DatasetColumns.Unknown(unknown, judged.Columns.Select(c => c.Name))}");
        var names = string.Join(", ", key.Select(Sql.Name));
        var value = $"concat_ws(', ', {string.Join(", ", key.Select(k => $"CAST({Sql.Name(k)} AS VARCHAR)"))})";
        var column = string.Join(", ", key);
        if (existing is not null)
        {
            var known = $"(SELECT t.* FROM {judged.Good} t SEMI JOIN {Sql.Parquet(existing.Paths)} e USING ({names}))";
            await quarantine.ApplyAsync(known, [new(QuarantineReason.DuplicateKey, column, "true", value, Sql.Text($"{existing.Version.Ref} has a row of the same key."))], cancellationToken);
            judged = judged with { BadRows = await quarantine.RowsAsync(cancellationToken) };
        }

        var first = $"first_value({StagedBatch.Row}) OVER (PARTITION BY {names} ORDER BY {StagedBatch.Row})";
        await quarantine.ApplyAsync(
            $"(SELECT *, {first} AS \"$first\" FROM {judged.Good})",
            [new(QuarantineReason.DuplicateKey, column, $"{StagedBatch.Row} > \"$first\"", value, "'Row ' || \"$first\" || ' has the same key.'")], cancellationToken);
        return judged with { BadRows = await quarantine.RowsAsync(cancellationToken) };
    }

    /// <summary>Values that the dataset cannot do without, where they are derived; those of the file were judged with it.</summary>
    private static IEnumerable<RowRule> Needed(SourceSpec spec, IReadOnlyList<DatasetColumn> derived) =>
        (spec.Key ?? []).Append(spec.Timestamp).Distinct().Where(n => derived.Any(d => d.Name == n)).Select(name => new RowRule(
            QuarantineReason.Missing, name, $"({Sql.Name(name!)} IS NULL AND NOT {Sql.Name(Derivation.FailedColumn(name!))})", "NULL", Sql.Text("A value is required.")));

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
