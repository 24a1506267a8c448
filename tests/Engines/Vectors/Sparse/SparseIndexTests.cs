using CsCheck;
using Orrery.Statistics;
using Orrery.Vectors.Sparse;
using Xunit;

namespace Orrery.Vectors.Tests.Sparse;

public sealed class SparseIndexTests
{
    /// <summary>Whatever came and went: the search prunes, the reference adds everything up.</summary>
    [Fact]
    public void Finds_what_adding_everything_up_finds() =>
        Gen.Select(Gen.Int[1, 400], Gen.Int[1, 40], Gen.Int[1, 30], Gen.Bool, Gen.ULong).Sample((points, dimensions, k, negative, seed) =>
        {
            var random = new SeededRandom(seed);
            var index = new SparseIndex();
            var all = new Dictionary<long, Dictionary<int, float>>();
            for (var change = 0; change < 2 * points; change++)
            {
                var id = random.NextInt(points);
                if (all.Remove(id))
                {
                    Assert.True(index.Remove(id));
                }
                else
                {
                    all[id] = Vector(random, dimensions, negative);
                    index.Add(id, [.. all[id].Keys], [.. all[id].Values]);
                }
            }

            Assert.Equal(all.Count, index.Count);
            for (var d = 0; d < dimensions; d++)
                Assert.Equal(all.Values.Count(v => v.ContainsKey(d)), index.DocumentFrequency(d));
            foreach (var allowed in (IdSet?[])[null, new IdSet(all.Keys.Where(id => id % 3 == 0))])
            {
                var query = Vector(random, dimensions, negative);
                var expected = all.Where(p => (allowed is null || allowed.Contains(p.Key)) && p.Value.Keys.Any(query.ContainsKey))
                    .Select(p => new Neighbor(p.Key, (float)-query.Sum(q => (double)q.Value * p.Value.GetValueOrDefault(q.Key)))).Order().Take(k).ToList();
                var found = index.Search([.. query.Keys], [.. query.Values], k, allowed);
                Assert.Equal(expected.Select(n => n.Id), found.Select(n => n.Id));
                Assert.Equal(expected.Select(n => n.Distance), found.Select(n => n.Distance));
            }
        }, iter: 400);

    [Fact]
    public void A_point_that_shares_no_dimension_is_not_found()
    {
        var index = new SparseIndex();
        index.Add(1, [5], [1]);
        index.Add(2, [6], [0]);
        Assert.Equal([new Neighbor(2, 0)], index.Search([6], [3], 5));
        Assert.Empty(index.Search([7], [1], 5));
        Assert.Empty(index.Search([], [], 5));
    }

    [Fact]
    public void What_is_no_sparse_vector_is_refused_and_not_kept()
    {
        var index = new SparseIndex();
        index.Add(1, [5], [1]);
        Assert.Contains("Point 1", Assert.Throws<ArgumentException>(() => index.Add(1, [5], [1])).Message);
        Assert.Contains("5 twice", Assert.Throws<ArgumentException>(() => index.Add(2, [5, 1, 5], [1, 1, 1])).Message);
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => index.Add(2, [-1], [1])).Message);
        Assert.Contains("dimension 5 is NaN", Assert.Throws<ArgumentException>(() => index.Add(2, [5], [float.NaN])).Message);
        Assert.Throws<ArgumentException>(() => index.Add(2, [5, 6], [1]));
        Assert.Throws<ArgumentException>(() => index.Search([5, 5], [1, 1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([5], [1], 0));
        Assert.False(index.Remove(2));
        Assert.Equal((1, 1), (index.Count, index.DocumentFrequency(5)));
    }

    // Quarters add up exactly in any order, and dimensions are as uneven as words.
    private static Dictionary<int, float> Vector(SeededRandom random, int dimensions, bool negative)
    {
        var vector = new Dictionary<int, float>();
        for (var i = 1 + random.NextInt(8); i > 0; i--)
            vector[(int)(dimensions * random.NextDouble() * random.NextDouble())] = (random.NextInt(40) - (negative ? 20 : 0)) / 4f;
        return vector;
    }
}
