namespace Orrery.Data.Datasets.Storage;

/// <summary>
/// Where the rows of one write are cut into files: by their number alone, never by cores or memory, so that the same rows give the same files on every machine.
/// </summary>
/// <param name="RowGroupRows">Rows of a row group, whole vectors of 2,048. By default DuckDB's own 122,880; less makes several parts of few rows.</param>
internal sealed record PartLayout(int RowGroupRows = 122_880)
{
    /// <summary>Row groups of a part at least: two of 24 columns are about 12 MB, long enough for a file of its own.</summary>
    private const int MinGroups = 2;

    /// <summary>Files of one write at most. Each has a footer that every reader opens, and far fewer keep many processors busy.</summary>
    private const int MaxParts = 64;

    /// <summary>The parts of so many rows, in order, none empty. No rows are one part: its file has the columns.</summary>
    public IReadOnlyList<PartRange> Cut(long rows)
    {
        var groups = Quotient(rows, RowGroupRows);
        var size = Math.Max(MinGroups, Quotient(groups, MaxParts)) * RowGroupRows;
        return new PartRange(0, rows).Cut(size);
    }

    private static long Quotient(long dividend, long divisor) => (dividend + divisor - 1) / divisor;
}

/// <summary>The rows from <paramref name="From"/> to below <paramref name="To"/>, counted from 0.</summary>
internal readonly record struct PartRange(long From, long To)
{
    public long Rows => To - From;

    /// <summary>Pieces of so many rows, in order, the last one perhaps of less. An empty range is its own only piece.</summary>
    public IReadOnlyList<PartRange> Cut(long size)
    {
        var (from, to) = (From, To);
        var pieces = Math.Max(1, (Rows + size - 1) / size);
        return [.. Enumerable.Range(0, (int)pieces).Select(i => new PartRange(from + (i * size), Math.Min(to, from + ((i + 1) * size))))];
    }
}
