namespace Orrery.Language.Tokenizers.Models;

/// <summary>Byte-pair encoding of one piece (arXiv 1508.07909, algorithm 1): the pair of lowest rank is merged, the leftmost of equals, until none is left.</summary>
internal static class PairMerger
{
    /// <summary>Up to here scanning all pairs for the best is faster than keeping a heap of them; a hostile piece of a million letters needs the heap.</summary>
    private const int LongestScanned = 64;

    /// <summary>Merges in place.</summary>
    /// <returns>How many tokens are left, at the beginning of <paramref name="symbols"/>.</returns>
    public static int Merge(Span<int> symbols, MergeTable table) =>
        symbols.Length <= LongestScanned ? MergeByScan(symbols, table) : MergeByHeap(symbols, table);

    /// <summary>O(n²) with a small constant.</summary>
    internal static int MergeByScan(Span<int> symbols, MergeTable table)
    {
        var count = symbols.Length;
        Span<Merge> merges = count <= LongestScanned ? stackalloc Merge[count] : new Merge[count];
        for (var i = 0; i < count - 1; i++)
            merges[i] = Find(table, symbols[i], symbols[i + 1]);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i < count - 1; i++)
                best = merges[i].Rank < merges[best].Rank ? i : best;
            if (merges[best].Rank == int.MaxValue)
                break;
            symbols[best] = merges[best].Token;
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            if (best + 2 < count)
                merges[(best + 2)..(count - 1)].CopyTo(merges[(best + 1)..]);
            count--;
            if (best > 0)
                merges[best - 1] = Find(table, symbols[best - 1], symbols[best]);
            if (best < count - 1)
                merges[best] = Find(table, symbols[best], symbols[best + 1]);
        }

        return count;
    }

    /// <summary>O(n log n): a linked list of symbols and a heap of pairs; a pair that changed since it was queued is skipped.</summary>
    internal static int MergeByHeap(Span<int> symbols, MergeTable table)
    {
        var length = symbols.Length;
        var previous = new int[length];
        var next = new int[length];
        var heap = new PriorityQueue<(int Left, int Right, int LeftToken, int RightToken, int Merged), (int Rank, int Left)>(length);
        for (var i = 0; i < length; i++)
            (previous[i], next[i]) = (i - 1, i + 1 < length ? i + 1 : -1);
        for (var i = 0; i < length - 1; i++)
            Queue(symbols, table, heap, i, i + 1);
        while (heap.TryDequeue(out var pair, out _))
        {
            if (symbols[pair.Left] != pair.LeftToken || next[pair.Left] != pair.Right || symbols[pair.Right] != pair.RightToken)
                continue;
            symbols[pair.Left] = pair.Merged;
            symbols[pair.Right] = Gone;
            var after = next[pair.Right];
            next[pair.Left] = after;
            if (after >= 0)
            {
                previous[after] = pair.Left;
                Queue(symbols, table, heap, pair.Left, after);
            }

            if (previous[pair.Left] >= 0)
                Queue(symbols, table, heap, previous[pair.Left], pair.Left);
        }

        var count = 0;
        for (var at = length == 0 ? -1 : 0; at >= 0; at = next[at])
            symbols[count++] = symbols[at];
        return count;
    }

    private const int Gone = int.MinValue;

    private static void Queue(
        Span<int> symbols, MergeTable table, PriorityQueue<(int Left, int Right, int LeftToken, int RightToken, int Merged), (int Rank, int Left)> heap, int left, int right)
    {
        if (table.TryFind(symbols[left], symbols[right], out var merge))
            heap.Enqueue((left, right, symbols[left], symbols[right], merge.Token), (merge.Rank, left));
    }

    private static Merge Find(MergeTable table, int left, int right) => table.TryFind(left, right, out var merge) ? merge : new Merge(int.MaxValue, -1);
}
