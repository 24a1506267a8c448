using CsCheck;
using Orrery.Statistics;
using Orrery.Vectors.NearDuplicates;
using Xunit;

namespace Orrery.Vectors.Tests.NearDuplicates;

public sealed class MinHashTests
{
    /// <summary>Of 4,096 hashes the standard error is below 0.008.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(1)]
    public void A_similarity_is_estimated_without_bias(double similarity)
    {
        var hash = new MinHash(4_096, seed: 3);
        var common = (int)Math.Round(2_000 * similarity / (1 + similarity));
        ulong[] x = [.. Enumerable.Range(0, 1_000).Select(i => (ulong)i)], y = [.. Enumerable.Range(1_000 - common, 1_000).Select(i => (ulong)i)];
        Assert.Equal(similarity, hash.Similarity(Sign(hash, x), Sign(hash, y)), 0.03);
    }

    [Fact]
    public void Order_and_repetition_of_items_change_nothing() => Gen.ULong.Array[0, 50].Sample(items =>
    {
        var hash = new MinHash(16);
        Assert.Equal(Sign(hash, items), Sign(hash, [.. items.Reverse(), .. items]));
    });

    /// <summary>Named floors: of pairs 0.1 above the threshold 98 of 100 are found, and of pairs far below it 1 of 100 at most.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    public void Similar_sets_are_found_and_others_are_not(double threshold)
    {
        var random = new SeededRandom(5);
        var (above, below) = (0, 0);
        for (var trial = 0; trial < 300; trial++)
        {
            var index = new MinHashIndex(threshold, seed: (ulong)trial);
            ulong[] set = [.. Enumerable.Range(0, 400).Select(_ => random.NextBits())];
            index.Add(1, Changed(set, threshold + 0.1, random));
            index.Add(2, Changed(set, threshold - 0.25, random));
            var found = index.Search(set).Select(one => one.Id).ToList();
            above += found.Contains(1) ? 1 : 0;
            below += found.Contains(2) ? 1 : 0;
        }

        Assert.True(above >= 294, $"{above} of 300 above");
        Assert.True(below <= 3, $"{below} of 300 below");
    }

    [Fact]
    public void Sets_that_come_and_go_leave_exactly_those_that_stayed()
    {
        var index = new MinHashIndex(0.9);
        index.Add(7, [1, 2, 3]);
        index.Add(3, [3, 2, 1]);
        index.Add(4, [9, 10]);
        Assert.Equal([new(3, 1), new(7, 1)], index.Search([1, 2, 3]));
        Assert.True(index.Remove(3));
        Assert.False(index.Remove(3));
        Assert.Equal([new(7, 1)], index.Search([1, 2, 3]));
        Assert.Equal(2, index.Count);
        Assert.Contains("Set 7", Assert.Throws<ArgumentException>(() => index.Add(7, [1])).Message);
    }

    [Fact]
    public void What_makes_no_signature_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MinHash(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MinHashIndex(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MinHashIndex(double.NaN));
        Assert.Throws<ArgumentException>(() => new MinHash(4).Sign([1], new uint[3]));
        Assert.Throws<ArgumentException>(() => new MinHash(4).Similarity(new uint[4], new uint[3]));
    }

    private static uint[] Sign(MinHash hash, ulong[] items)
    {
        var signature = new uint[hash.Hashes];
        hash.Sign(items, signature);
        return signature;
    }

    /// <summary>A set of the same size, of which so much is common that the Jaccard similarity is as asked for.</summary>
    private static ulong[] Changed(ulong[] set, double similarity, SeededRandom random) =>
        [.. set.Take((int)Math.Round(2 * set.Length * similarity / (1 + similarity))), .. Enumerable.Range(0, set.Length).Select(_ => random.NextBits()).Take(set.Length - (int)Math.Round(2 * set.Length * similarity / (1 + similarity)))];
}
