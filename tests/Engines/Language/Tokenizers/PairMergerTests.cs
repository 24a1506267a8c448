using CsCheck;
using Orrery.Language.Tokenizers.Models;
using Xunit;

namespace Orrery.Engines.Tests.Language.Tokenizers;

public sealed class PairMergerTests
{
    /// <summary>Few letters, random merges among everything that merges make, and equal ranks as SentencePiece has them.</summary>
    private static readonly Gen<MergeTable> Tables = Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30], Gen.Int[0, 12]).List[0, 25].Select(merges =>
    {
        var table = new MergeTable(merges.Count);
        for (var i = 0; i < merges.Count; i++)
            table.Add(merges[i].Item1 % (4 + i), merges[i].Item2 % (4 + i), new Merge(merges[i].Item3, 4 + i));
        return table;
    });

    [Fact]
    public void Scanning_and_the_heap_merge_alike() =>
        Gen.Select(Tables, Gen.Int[0, 3].Array[0, 90]).Sample((table, symbols) =>
        {
            int[] scanned = [.. symbols], heaped = [.. symbols];
            var length = PairMerger.MergeByScan(scanned, table);
            return length == PairMerger.MergeByHeap(heaped, table) && scanned.AsSpan(0, length).SequenceEqual(heaped.AsSpan(0, length));
        });

    [Fact]
    public void Of_nothing_nothing_is_merged()
    {
        Assert.Equal(0, PairMerger.MergeByScan([], new MergeTable(0)));
        Assert.Equal(0, PairMerger.MergeByHeap([], new MergeTable(0)));
    }

    [Fact]
    public void Nothing_that_could_be_merged_is_left() =>
        Gen.Select(Tables, Gen.Int[0, 3].Array[0, 90]).Sample((table, symbols) =>
        {
            var length = PairMerger.Merge(symbols, table);
            return Enumerable.Range(0, Math.Max(0, length - 1)).All(i => !table.TryFind(symbols[i], symbols[i + 1], out _));
        });

    [Fact]
    public void The_pair_learnt_first_goes_before_the_pair_further_left()
    {
        var table = new MergeTable(2);
        table.Add(1, 2, new Merge(0, 9));
        table.Add(0, 1, new Merge(1, 8));
        int[] symbols = [0, 1, 2];
        Assert.Equal(2, PairMerger.Merge(symbols, table));
        Assert.Equal([0, 9], symbols[..2]);
    }
}
