using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Runs;

/// <summary>Reads runs; a page of them costs four statements.</summary>
internal static class RunQueries
{
    public static IQueryable<RunRow> Matching(this IQueryable<RunRow> runs, RunQuery query)
    {
        if (query.Kind is { } kind)
            runs = runs.Where(row => row.Kind == kind);
        if (query.Folder is { } folder)
            runs = runs.Where(row => row.Folder == folder);
        if (query.Parent?.ToString() is { } parent)
            runs = runs.Where(row => row.ParentId == parent);
        if (query.Status is { } status)
        {
            var word = RunRows.Word(status);
            runs = runs.Where(row => row.Status == word);
        }

        return runs;
    }

    public static async Task RequireRunAsync(this DataConnection connection, Caller caller, RunId run, CancellationToken cancellationToken)
    {
        var id = run.ToString();
        if (!await connection.GetTable<RunRow>().AnyAsync(row => row.Id == id && row.Workspace == caller.Workspace, cancellationToken))
            throw RunRows.Missing(caller, run);
    }

    public static async Task<IReadOnlyList<Run>> WithDetailsAsync(this DataConnection connection, IReadOnlyList<RunRow> rows, CancellationToken cancellationToken)
    {
        var ids = rows.Select(row => row.Id).ToList();
        var parameters = (await connection.GetTable<RunParameterRow>().Where(row => ids.Contains(row.RunId)).ToListAsync(cancellationToken)).ToLookup(row => row.RunId);
        var metrics = (await connection.GetTable<RunMetricRow>().Where(row => ids.Contains(row.RunId)).ToListAsync(cancellationToken)).ToLookup(row => row.RunId);
        var tags = (await connection.GetTable<RunTagRow>().Where(row => ids.Contains(row.RunId)).ToListAsync(cancellationToken)).ToLookup(row => row.RunId);
        return
        [
            .. rows.Select(row => row.ToRun(
                parameters[row.Id].ToDictionary(p => p.Name, p => p.Value),
                metrics[row.Id].ToDictionary(m => m.Name, m => m.Value ?? double.NaN),
                tags[row.Id].ToDictionary(t => t.Name, t => t.Value))),
        ];
    }
}
