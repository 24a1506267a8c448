using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Ledger.Search;

/// <summary>Which part of a search's result is wanted. The order may be any, so the cursor counts: it is how many came before.</summary>
internal readonly record struct SearchPage(int Limit, int Skip)
{
    /// <summary>The most results of one page, which is MLflow's bound.</summary>
    public const int MaxLimit = 50_000;

    public static SearchPage Of(int limit, string? cursor, int skip = 0)
    {
        if (skip < 0 || (skip > 0 && cursor is not null))
            throw new InvalidException($"A search begins at a cursor or passes over a number of results from 0 on; got {skip}{(cursor is null ? "" : " and a cursor")}.");
        if (limit is < 1 or > MaxLimit)
            throw new InvalidException($"Invalid value {limit} for parameter 'max_results' supplied. It must be at least 1 and at most {MaxLimit}.");
        return new(limit, PageCursor.Read(cursor, 1) is [var before] ? Bounded(PageCursor.Number(before)) : Bounded(skip));
    }

    // Room for one page more: its cursor is a number too.
    private static int Bounded(long skip) => (int)Math.Min(skip, int.MaxValue - MaxLimit - 1);

    /// <summary>How many rows to read: one more than the limit, to know whether there is a next page.</summary>
    public int Wanted => Limit + 1;

    /// <summary>The page from the rows that were read.</summary>
    public Page<T> Cut<T>(IReadOnlyList<T> rows) =>
        rows.Count <= Limit ? new(rows) : new([.. rows.Take(Limit)], PageCursor.Of((Skip + Limit).ToString(CultureInfo.InvariantCulture)));
}
