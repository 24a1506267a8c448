using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Data.Datasets;

/// <summary>Pages over rows of an immutable file: the cursor is the number of rows before the page.</summary>
internal static class RowCursor
{
    /// <summary>How many rows to leave out.</summary>
    /// <exception cref="InvalidException">It is no cursor.</exception>
    public static long Read(string? cursor) => cursor is null
        ? 0
        : long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : throw new InvalidException($"'{cursor}' is no cursor; give back what 'next' of the page before said.");

    /// <summary>The page of at most <paramref name="limit"/> rows, from one row more than that.</summary>
    public static Page<T> Page<T>(List<T> rows, long offset, int limit) => rows.Count > limit
        ? new(rows[..limit], (offset + limit).ToString(CultureInfo.InvariantCulture))
        : new(rows);
}
