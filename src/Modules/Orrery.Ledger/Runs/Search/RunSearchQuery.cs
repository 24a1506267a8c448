using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Runs.Metrics;
using Orrery.Ledger.Search;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Runs.Search;

/// <summary>
/// A search of runs. Three ways lead to the same page, and the one that looks at the fewest runs is taken (docs/design/search.md): from a metric condition
/// that few runs meet; along the values of the metric that it is ordered by, until the page is full; or over all runs of the folders.
/// </summary>
internal sealed class RunSearchQuery(IReadOnlyList<Comparison> filter, IReadOnlyList<SortClause> order, RunSearch search, SearchPage page)
{
    /// <summary>Runs that are sorted in memory without a second thought: 2,000 look-ups and a sort take about 5 ms.</summary>
    private const int Few = 2000;

    public static RunSearchQuery Parse(RunSearch search) => new(
        FilterParser.Parse(RunVocabulary.Words, search.Filter),
        Order(search.OrderBy ?? []),
        search, SearchPage.Of(search.Limit, search.Cursor, search.Skip));

    public async Task<Page<RunRow>> ReadAsync(DataConnection connection, Caller caller, MetricNames names, CancellationToken cancellationToken)
    {
        if (await PlanAsync(connection, caller, names, cancellationToken) is not { } plan)
            return new([]);
        if (await NarrowAsync(plan, cancellationToken) is { } narrow)
            return page.Cut(await plan.From(narrow).Skip(page.Skip).Take(page.Wanted).ToListAsync(cancellationToken));
        if (plan.AlongMetric() is { } along)
        {
            var rows = await along.Skip(page.Skip).Take(page.Wanted).ToListAsync(cancellationToken);
            if (rows.Count == page.Wanted)
                return page.Cut(rows);
            // Runs whose value is NaN or missing come behind; they are not on this way.
        }

        return page.Cut(await plan.All().Skip(page.Skip).Take(page.Wanted).ToListAsync(cancellationToken));
    }

    /// <summary>How many runs the whole result has.</summary>
    public async Task<int> CountAsync(DataConnection connection, Caller caller, MetricNames names, CancellationToken cancellationToken) =>
        await PlanAsync(connection, caller, names, cancellationToken) is { } plan ? await plan.Found(plan.Ranges.FirstOrDefault()).CountAsync(cancellationToken) : 0;

    // Null where there is no folder to look in.
    private async Task<RunSearchPlan?> PlanAsync(DataConnection connection, Caller caller, MetricNames names, CancellationToken cancellationToken)
    {
        var folders = await FoldersAsync(connection, caller, cancellationToken);
        if (folders.Count == 0)
            return null;
        var used = filter.Select(comparison => comparison.Field).Concat(order.Select(clause => clause.Field))
            .Where(field => field.Subject == SearchSubject.Metric).Select(field => field.Key).Distinct().ToList();
        return new(connection, folders, search.Stage, filter, order, await names.FindAsync(connection, used, cancellationToken));
    }

    // A condition that few runs meet, if there is one: the index answers after reading at most so many entries.
    private static async Task<Comparison?> NarrowAsync(RunSearchPlan plan, CancellationToken cancellationToken)
    {
        foreach (var comparison in plan.Ranges)
        {
            if (await plan.Candidates(comparison).Take(Few + 1).CountAsync(cancellationToken) <= Few)
                return comparison;
        }

        return null;
    }

    private async Task<List<long>> FoldersAsync(DataConnection connection, Caller caller, CancellationToken cancellationToken)
    {
        var folders = connection.GetTable<FolderRow>().Where(row => row.Workspace == caller.Workspace);
        if (search.Folders is { } numbers)
            folders = folders.Where(row => numbers.Contains(row.Number));
        return await folders.Select(row => row.Key).ToListAsync(cancellationToken);
    }

    private static List<SortClause> Order(IReadOnlyList<string> clauses)
    {
        var order = clauses.Select(clause => FilterParser.ParseOrder(RunVocabulary.Words, clause)).ToList();
        return order.DistinctBy(clause => clause.Field).Count() == order.Count
            ? order
            : throw new InvalidException($"`order_by` contains duplicate fields: {string.Join(", ", clauses)}.");
    }
}
