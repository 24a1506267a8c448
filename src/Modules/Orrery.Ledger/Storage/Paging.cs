using Orrery.Kernel;

namespace Orrery.Ledger.Storage;

/// <summary>Cuts a page from rows of which one more than the limit was read, to know whether there is a next page.</summary>
internal static class Paging
{
    public static Page<TItem> ToPage<TRow, TItem>(this IReadOnlyList<TRow> rows, int limit, Func<TRow, TItem> map, Func<TRow, string[]> key) =>
        new([.. rows.Take(limit).Select(map)], rows.Count > limit ? PageCursor.Of(key(rows[limit - 1])) : null);
}
