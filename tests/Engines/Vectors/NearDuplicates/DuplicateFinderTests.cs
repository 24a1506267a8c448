using CsCheck;
using Orrery.Vectors.Distances;
using Orrery.Vectors.NearDuplicates;
using Xunit;

namespace Orrery.Vectors.Tests.NearDuplicates;

public sealed class DuplicateFinderTests
{
    private const string Story = "The aircraft was delayed in Oslo because fog lay over the runway until noon, and the crew had to be changed before it could leave for Bergen.";

    [Fact]
    public void Groups_of_vectors_are_what_comparing_all_says() => Gen.Select(Gen.Int[1, 4], Gen.Int[-200, 200].Array[0, 300], Gen.Double[0, 0.6], Gen.Int[0, 2].Select(i => new[] { Metric.Euclidean, Metric.Manhattan, Metric.Cosine }[i]))
        .Sample((dimension, numbers, distance, metric) =>
    {
        var vectors = numbers.Select(number => number == 0 ? 0.005f : number / 100f).Take(numbers.Length / dimension * dimension).ToArray();
        var count = vectors.Length / dimension;
        var groups = Enumerable.Range(0, count).ToArray();
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var apart = Between(metric, vectors.AsSpan(i * dimension, dimension), vectors.AsSpan(j * dimension, dimension));
                if (Math.Abs(apart - distance) < 1e-5)
                    return; // rounding decides
                if (apart <= distance && groups[i] != groups[j])
                {
                    var (kept, gone) = (groups[j], groups[i]);
                    groups = Array.ConvertAll(groups, group => group == gone ? kept : group);
                }
            }
        }

        var expected = groups.Index().GroupBy(one => one.Item, one => one.Index).Where(group => group.Count() > 1).OrderBy(group => group.First()).Select(group => group.ToArray()).ToArray();
        Assert.Equal(expected, DuplicateFinder.OfVectors(vectors, dimension, metric, distance).Select(group => group.Members.ToArray()).ToArray());
    }, iter: 200);

    [Fact]
    public void Texts_that_share_most_of_their_words_are_a_group()
    {
        string[] texts =
        [
            "Something else entirely.", Story, "", "…", Story.ToUpperInvariant() + "!", Story.Replace("noon", "evening", StringComparison.Ordinal), "The crew had to be changed.", "something   ELSE, entirely",
        ];
        Assert.Equal([[0, 7], [1, 4, 5]], DuplicateFinder.OfTexts(texts, 0.7, cancellationToken: TestContext.Current.CancellationToken).Select(group => group.Members.ToArray()));
    }

    [Fact]
    public void Shingles_are_runs_of_words_and_of_shorter_texts_all_of_them()
    {
        Assert.Equal(3, Shingles.Of("a b c d e", 3).Length);
        Assert.Single(Shingles.Of("a b a b", 4));
        Assert.Single(Shingles.Of("a b", 3));
        Assert.Empty(Shingles.Of(" \u200B…\uD800", 2));
        Assert.Equal(Shingles.Of("Ærø–Malmö: 12"), Shingles.Of("ærø malmö 12"));
        Assert.NotEqual(Shingles.Of("ab c"), Shingles.Of("a bc"));
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DuplicateFinder.OfVectors([1, 2], 1, Metric.Euclidean, -1));
        Assert.Throws<ArgumentException>(() => DuplicateFinder.OfVectors([1, 2, 3], 2, Metric.Euclidean, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DuplicateFinder.OfTexts(["a"], 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => DuplicateFinder.OfTexts(["a"], 0.5, words: 0));
        Assert.Throws<OperationCanceledException>(() => DuplicateFinder.OfVectors([1, 2], 1, Metric.Euclidean, 1, new(canceled: true)));
    }

    private static double Between(Metric metric, ReadOnlySpan<float> x, ReadOnlySpan<float> y) => metric switch
    {
        Metric.Cosine => Distance.Cosine(x, y),
        Metric.Manhattan => Distance.Manhattan(x, y),
        _ => Distance.Euclidean(x, y),
    };
}
