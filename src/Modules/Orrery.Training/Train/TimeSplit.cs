using System.Data.Common;
using System.Globalization;
using DuckDB.NET.Data;
using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Platform.Analytics;
using Orrery.Platform.Blobs;
using Orrery.Platform.Signals;
using Orrery.Training.Scoring;
using Orrery.Training.Trainers;

namespace Orrery.Training.Train;

/// <summary>
/// Reads a training set and cuts it by time. Everything that makes it unfit is found here, before anything is trained: a missing column,
/// missing labels, labels of one class, an empty part, too few rows.
/// </summary>
internal sealed class TimeSplit(AnalyticsEngine analytics, IBlobStore blobs)
{
    /// <summary>A part with fewer rows says nothing: the standard error of an AUC is then around 0.1.</summary>
    public const int MinRowsOfPart = 30;

    /// <summary>The label as a number, in the batches of every part.</summary>
    public const string LabelColumn = "orrery label";

    private const string GroupColumn = "orrery group";

    public async Task<RowParts> ReadAsync(Dataset dataset, TrainerSpec spec, CancellationToken cancellationToken)
    {
        var (columns, time) = TrainingColumns.Check(dataset, spec);
        var split = spec.Split ?? new();
        using var session = analytics.Open();
        // A table keeps the order of its rows (rowid), so that rows of one instant always come in the same order.
        await session.ExecuteAsync($"""
            CREATE TEMP TABLE rows AS SELECT {string.Join(", ", columns.Select(Sql.Name))},
            {(columns.Contains(time) ? "" : Sql.Name(time) + ",")} CAST({Sql.Name(spec.Label)} AS DOUBLE) AS {Sql.Name(LabelColumn)},
            {(spec.Groups is { } groups ? $"CAST({Sql.Name(groups)} AS VARCHAR)" : "NULL::VARCHAR")} AS {Sql.Name(GroupColumn)},
            epoch_us({Sql.Name(time)}) AS {Sql.Name("orrery time")} FROM {Sql.Parquet(dataset.Paths)}
            """, cancellationToken);
        await CheckRowsAsync(session, spec, time, dataset.Version.Ref, cancellationToken);
        var (validationFrom, testFrom) = await BoundariesAsync(session, split, cancellationToken);
        var parts = new List<RowPart>();
        try
        {
            foreach (var (name, from, to) in new[] { ("training", long.MinValue, validationFrom), ("validation", validationFrom, testFrom), ("test", testFrom, long.MaxValue) })
                parts.Add(await ReadPartAsync(session, spec, columns, name, from, to, cancellationToken));
            return new(parts[0], parts[1], parts[2], SignalBatch.FromMicroseconds(validationFrom), SignalBatch.FromMicroseconds(testFrom));
        }
        catch
        {
            parts.ForEach(part => part.Dispose());
            throw;
        }
    }

    private static async Task CheckRowsAsync(DuckDBConnection session, TrainerSpec spec, string time, AssetRef dataset, CancellationToken cancellationToken)
    {
        var label = Sql.Name(LabelColumn);
        var counts = await session.SingleAsync($"""
            SELECT count(*), count(*) FILTER ({label} IS NULL OR isnan({label})), count(*) FILTER ({label} NOT IN (0, 1) AND NOT isnan({label})),
            count(*) FILTER ({label} = 1), count(*) FILTER ("orrery time" IS NULL) FROM rows
            """, Integers, cancellationToken);
        var (rows, missing, odd, positive, timeless) = (counts[0], counts[1], counts[2], counts[3], counts[4]);
        if (missing > 0)
            throw new InvalidException($"{missing} of {rows} rows of {dataset} have no label in '{spec.Label}'. Leave out rows whose label is not known yet.");
        if (odd > 0)
            throw new InvalidException($"{odd} of {rows} labels in '{spec.Label}' of {dataset} are neither 0 nor 1 (false nor true).");
        if (timeless > 0)
            throw new InvalidException($"{timeless} of {rows} rows of {dataset} have no time in '{time}', by which they are split.");
        if (rows < 3 * MinRowsOfPart)
            throw new InvalidException($"{dataset} has {rows} rows; training needs at least {3 * MinRowsOfPart}: {MinRowsOfPart} each to train, validate and test.");
        if (positive == 0 || positive == rows)
            throw new InvalidException($"All {rows} labels in '{spec.Label}' of {dataset} are {(positive == 0 ? 0 : 1)}: there is nothing to tell apart.");
    }

    private static async Task<(long ValidationFrom, long TestFrom)> BoundariesAsync(DuckDBConnection session, SplitSpec split, CancellationToken cancellationToken)
    {
        if (split is { ValidationFrom: { } validation, TestFrom: { } test })
            return (SignalBatch.ToMicroseconds(validation), SignalBatch.ToMicroseconds(test));
        var quantiles = await session.SingleAsync(string.Create(CultureInfo.InvariantCulture,
            $"SELECT quantile_disc(\"orrery time\", {1 - split.Validation - split.Test}), quantile_disc(\"orrery time\", {1 - split.Test}) FROM rows"), Integers, cancellationToken);
        return (quantiles[0], quantiles[1]);
    }

    private async Task<RowPart> ReadPartAsync(
        DuckDBConnection session, TrainerSpec spec, IReadOnlyList<string> columns, string name, long from, long to, CancellationToken cancellationToken)
    {
        var path = Path.Combine(blobs.ScratchFolder, $"training-{Guid.NewGuid():N}.parquet");
        try
        {
            await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"""
                COPY (SELECT {string.Join(", ", columns.Select(Sql.Name))}, {Sql.Name(LabelColumn)}, {Sql.Name(GroupColumn)} FROM rows
                WHERE "orrery time" >= {from} AND "orrery time" < {to} ORDER BY "orrery time", rowid) TO {Sql.Text(path)} (FORMAT parquet)
                """), cancellationToken);
            var batches = await ParquetBatches.ReadAsync(path, cancellationToken);
            var label = batches.SelectMany(b => ArrowValues.Numbers(b.Column(LabelColumn))).ToArray();
            CheckPart(label, spec, name);
            return new(batches, label, spec.Groups is null ? null : [.. batches.SelectMany(b => ArrowValues.Texts(b.Column(GroupColumn)))]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void CheckPart(float[] label, TrainerSpec spec, string name)
    {
        if (label.Length < MinRowsOfPart)
        {
            throw new InvalidException(
                $"The {name} part has {label.Length} rows; at least {MinRowsOfPart} are needed. Change 'split', or train on more rows.");
        }

        if (!label.Contains(0f) || !label.Contains(1f))
            throw new InvalidException($"All {label.Length} labels in '{spec.Label}' of the {name} part are {label[0]}: there is nothing to tell apart. Change 'split'.");
    }

    private static long[] Integers(DbDataReader row) => [.. Enumerable.Range(0, row.FieldCount).Select(row.GetInt64)];
}
