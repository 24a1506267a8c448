using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Runs.Datasets;
using Orrery.Ledger.Runs.Metrics;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Runs;

/// <summary>Reads runs; a page of them costs seven statements for every thousand.</summary>
internal static class RunQueries
{
    /// <summary>Runs whose details are read at once.</summary>
    private const int MaxAtOnce = 1000;

    public static IQueryable<RunRow> Matching(this IQueryable<RunRow> runs, DataConnection connection, Caller caller, RunQuery query)
    {
        if (query.Kind is { } kind)
            runs = runs.Where(row => row.Kind == kind);
        if (query.Folder is { } folder)
        {
            var folders = connection.GetTable<FolderRow>().Where(row => row.Workspace == caller.Workspace && row.Name == folder).Select(row => row.Key);
            runs = runs.Where(row => folders.Contains(row.FolderKey));
        }

        if (query.Parent?.ToString() is { } parent)
            runs = runs.Where(row => row.ParentId == parent);
        if (query.Status is { } status)
        {
            var word = RunRows.Word(status);
            runs = runs.Where(row => row.Status == word);
        }

        return runs;
    }

    /// <summary>The run, which must be of the caller's workspace; deleted or not.</summary>
    public static async Task<RunRow> FindRunAsync(this DataConnection connection, Caller caller, RunId run, CancellationToken cancellationToken)
    {
        var id = run.ToString();
        return await connection.GetTable<RunRow>().SingleOrDefaultAsync(row => row.Id == id && row.Workspace == caller.Workspace, cancellationToken)
            ?? throw RunRows.Missing(caller, run);
    }

    public static async Task<IReadOnlyList<Run>> WithDetailsAsync(this DataConnection connection, IReadOnlyList<RunRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count <= MaxAtOnce)
            return await DetailsAsync(connection, rows, cancellationToken);
        var runs = new List<Run>(rows.Count);
        foreach (var some in rows.Chunk(MaxAtOnce))
            runs.AddRange(await DetailsAsync(connection, some, cancellationToken));
        return runs;
    }

    /// <summary>As <see cref="WithDetailsAsync"/>, within a transaction, for one run.</summary>
    public static Run WithDetails(this DataConnection connection, RunRow row) => row.ToRun(
        connection.GetTable<FolderRow>().Single(folder => folder.Key == row.FolderKey),
        connection.GetTable<RunParameterRow>().Where(p => p.RunKey == row.Key).ToDictionary(p => p.Name, p => p.Value),
        [.. Metrics(connection).Where(m => m.Run == row.Key).ToList().Select(m => m.ToPoint())],
        connection.GetTable<RunTagRow>().Where(t => t.RunKey == row.Key).ToDictionary(t => t.Name, t => t.Value)) with
    {
        Datasets = [.. connection.GetTable<RunDatasetRow>().Where(d => d.RunKey == row.Key).OrderBy(d => d.Number).ToList().Select(d => d.ToDataset())],
    };

    private static async Task<IReadOnlyList<Run>> DetailsAsync(DataConnection connection, IReadOnlyList<RunRow> rows, CancellationToken cancellationToken)
    {
        var inFolders = rows.Select(row => row.FolderKey).Distinct().ToList();
        var folders = await connection.GetTable<FolderRow>().Where(row => inFolders.Contains(row.Key)).ToDictionaryAsync(row => row.Key, cancellationToken);
        var details = new RunDetails(connection, [.. rows.Select(row => row.Key)]);
        var parameters = await details.TextsAsync("run_parameters", cancellationToken);
        var metrics = await details.LastMetricsAsync(cancellationToken);
        var tags = await details.TextsAsync("run_tags", cancellationToken);
        var datasets = await DatasetsAsync(connection, await details.WithAsync("run_datasets", cancellationToken), cancellationToken);
        var models = await ModelsAsync(connection, await details.WithAsync("run_models", cancellationToken), cancellationToken);
        return
        [
            .. rows.Select(row => row.ToRun(
                folders[row.FolderKey], parameters.GetValueOrDefault(row.Key) ?? [], metrics.GetValueOrDefault(row.Key) ?? [], tags.GetValueOrDefault(row.Key) ?? []) with
            {
                Datasets = [.. datasets[row.Key].Select(d => d.ToDataset())],
                ModelInputs = [.. models[row.Key].Where(m => !m.Output).Select(m => m.ModelId)],
                ModelOutputs = [.. models[row.Key].Where(m => m.Output).Select(m => new ModelOutput(m.ModelId, m.Step))],
            }),
        ];
    }

    // Few runs have any.
    private static async Task<ILookup<long, RunDatasetRow>> DatasetsAsync(DataConnection connection, IReadOnlyList<long> runs, CancellationToken cancellationToken) =>
        (runs.Count == 0 ? [] : await connection.GetTable<RunDatasetRow>().Where(row => runs.Contains(row.RunKey)).OrderBy(row => row.Number).ToListAsync(cancellationToken)).ToLookup(row => row.RunKey);

    private static async Task<ILookup<long, RunModelRow>> ModelsAsync(DataConnection connection, IReadOnlyList<long> runs, CancellationToken cancellationToken) =>
        (runs.Count == 0 ? [] : await connection.GetTable<RunModelRow>().Where(row => runs.Contains(row.RunKey)).ToListAsync(cancellationToken)).ToLookup(row => row.RunKey);

    private static IQueryable<LastMetric> Metrics(DataConnection connection) =>
        from metric in connection.GetTable<RunMetricRow>()
        join name in connection.GetTable<MetricNameRow>() on metric.MetricKey equals name.Key
        select new LastMetric { Run = metric.RunKey, Name = name.Name, Value = metric.Value, Step = metric.Step, Time = metric.Time };

    private sealed record LastMetric
    {
        public long Run { get; init; }

        public string Name { get; init; } = "";

        public double? Value { get; init; }

        public long Step { get; init; }

        public long Time { get; init; }

        public MetricPoint ToPoint() => new(Name, Value ?? double.NaN, Step, Instant.FromColumn(Time));
    }
}
