using CsCheck;
using Xunit;

namespace Orrery.Vectors.Tests;

public sealed class IdSetTests
{
    private static readonly Gen<long[]> Ids = Gen.Long[0, 400].Array[0, 60];

    [Fact]
    public void Set_operations_are_those_of_a_hash_set() => Gen.Select(Ids, Ids, Ids).Sample((first, second, removed) =>
    {
        Same([.. first.Intersect(second)], With(first, set => set.IntersectWith(new IdSet(second))));
        Same([.. first.Union(second)], With(first, set => set.UnionWith(new IdSet(second))));
        Same([.. first.Except(second)], With(first, set => set.ExceptWith(new IdSet(second))));
        Same([.. first.Except(removed)], With(first, set => Array.ForEach(removed, set.Remove)));
    });

    [Fact]
    public void What_is_outside_is_not_in_the_set()
    {
        var set = new IdSet([63, 64]);
        Assert.False(set.Contains(-1));
        Assert.False(set.Contains(long.MaxValue));
        Assert.False(set.Contains(65));
        Assert.Equal(2, set.Count);
        set.Clear();
        Assert.Equal(0, set.Count);
    }

    [Fact]
    public void A_set_over_words_sees_what_is_written_to_them()
    {
        var words = new ulong[2];
        var set = IdSet.Over(words);
        words[1] = 1UL << 3;
        Assert.True(set.Contains(67));
        set.Add(1);
        Assert.Equal(2UL, words[0]);
    }

    [Fact]
    public void Ids_that_are_no_place_of_a_bit_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new IdSet([-1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IdSet([long.MaxValue]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IdSet(-1));
    }

    private static IdSet With(long[] ids, Action<IdSet> change)
    {
        var set = new IdSet(ids);
        change(set);
        return set;
    }

    private static void Same(HashSet<long> expected, IdSet set)
    {
        var ids = new List<long>();
        foreach (var id in set)
            ids.Add(id);
        Assert.Equal(expected.Order(), ids);
        Assert.Equal(expected.Count, set.Count);
        Assert.All(expected, id => Assert.True(set.Contains(id)));
    }
}
