using Orrery.Statistics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Diversity;
using Xunit;

namespace Orrery.Vectors.Tests.Diversity;

public sealed class MaximalMarginalRelevanceTests
{
    [Fact]
    public void A_lambda_of_one_is_the_order_of_distance()
    {
        var random = new SeededRandom(1);
        var candidates = Enumerable.Range(0, 40).Select(_ => (float)random.NextGaussian()).ToArray();
        var expected = candidates.Select((v, i) => (Distance: Math.Abs(v - 0.25f), i)).OrderBy(c => c.Distance).Select(c => c.i).Take(7);
        Assert.Equal(expected, MaximalMarginalRelevance.Select(Metric.Euclidean, [0.25f], candidates, 7, lambda: 1));
    }

    [Fact]
    public void Of_two_alike_the_second_comes_after_one_that_differs() =>
        Assert.Equal([0, 2, 1], MaximalMarginalRelevance.Select(Metric.Euclidean, [0, 0], [1, 0, 1.01f, 0, -1.5f, 0], 3));

    [Fact]
    public void The_choice_is_that_of_the_definition()
    {
        var random = new SeededRandom(2);
        for (var run = 0; run < 50; run++)
        {
            var (lambda, query) = (random.NextDouble(), Vector(random));
            float[][] candidates = [.. Enumerable.Range(0, 20).Select(_ => Vector(random))];
            var chosen = new List<int>();
            while (chosen.Count < 8)
            {
                chosen.Add(Enumerable.Range(0, 20).Except(chosen).MinBy(i => chosen.Count == 0
                    ? Distance.Cosine<float>(query, candidates[i])
                    : lambda * Distance.Cosine<float>(query, candidates[i]) - (1 - lambda) * chosen.Min(c => Distance.Cosine<float>(candidates[c], candidates[i]))));
            }

            Assert.Equal(chosen, MaximalMarginalRelevance.Select(Metric.Cosine, query, [.. candidates.SelectMany(c => c)], 8, lambda));
        }
    }

    [Fact]
    public void Fewer_candidates_than_asked_for_are_all_chosen_once()
    {
        Assert.Equal([1, 0], MaximalMarginalRelevance.Select(Metric.Dot, [1], [1, 2], 5));
        Assert.Empty(MaximalMarginalRelevance.Select(Metric.Dot, [1], [], 5));
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MaximalMarginalRelevance.Select(Metric.Dot, [1], [1], 1, lambda: 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => MaximalMarginalRelevance.Select(Metric.Dot, [1], [1], 0));
        Assert.Throws<ArgumentException>(() => MaximalMarginalRelevance.Select(Metric.Dot, [1, 2], [1], 1));
        Assert.Throws<ArgumentException>(() => MaximalMarginalRelevance.Select(Metric.Dot, [1], [float.NaN], 1));
    }

    private static float[] Vector(SeededRandom random) => [.. Enumerable.Range(0, 5).Select(_ => (float)random.NextGaussian())];
}
