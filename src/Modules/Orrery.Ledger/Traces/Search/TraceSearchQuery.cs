using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Search;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Traces.Search;

/// <summary>A search of traces as a query.</summary>
internal sealed class TraceSearchQuery(IReadOnlyList<long> folders, IReadOnlyList<Comparison> filter, IReadOnlyList<SortClause> order, SearchPage page)
{
    public static TraceSearchQuery Parse(TraceSearch search)
    {
        var order = (search.OrderBy ?? []).Select(clause => FilterParser.ParseOrder(TraceVocabulary.Words, clause)).ToList();
        if (order.DistinctBy(clause => clause.Field).Count() != order.Count)
            throw new InvalidException($"`order_by` contains duplicate fields: {string.Join(", ", search.OrderBy!)}.");
        return new(search.Folders, FilterParser.Parse(TraceVocabulary.Words, search.Filter), order, SearchPage.Of(search.Limit, search.Cursor));
    }

    public async Task<Page<TraceRow>> ReadAsync(DataConnection connection, Caller caller, CancellationToken cancellationToken)
    {
        var traces = new TraceConditions(connection).Apply(await InFoldersAsync(connection, caller, folders, cancellationToken), filter);
        return page.Cut(await new TraceOrder(connection).Sort(traces, order).Skip(page.Skip).Take(page.Wanted).ToListAsync(cancellationToken));
    }

    /// <summary>How often two filters hold, each and both.</summary>
    public static async Task<TraceCounts> CountAsync(
        DataConnection connection, Caller caller, IReadOnlyList<long> folders, (IReadOnlyList<Comparison> First, IReadOnlyList<Comparison> Second, IReadOnlyList<Comparison> Within) filters,
        CancellationToken cancellationToken)
    {
        var conditions = new TraceConditions(connection);
        var all = conditions.Apply(await InFoldersAsync(connection, caller, folders, cancellationToken), filters.Within);
        var first = conditions.Apply(all, filters.First);
        return new(
            await all.LongCountAsync(cancellationToken), await first.LongCountAsync(cancellationToken),
            await conditions.Apply(all, filters.Second).LongCountAsync(cancellationToken), await conditions.Apply(first, filters.Second).LongCountAsync(cancellationToken));
    }

    private static async Task<IQueryable<TraceRow>> InFoldersAsync(DataConnection connection, Caller caller, IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        var folders = await connection.GetTable<FolderRow>().Where(row => row.Workspace == caller.Workspace && numbers.Contains(row.Number)).Select(row => row.Key).ToListAsync(cancellationToken);
        var traces = connection.GetTable<TraceRow>();
        // One folder by its key: its index then gives the traces in their order.
        if (folders is [var one])
            return traces.Where(trace => trace.FolderKey == one);
        return traces.Where(trace => folders.Contains(trace.FolderKey));
    }
}
