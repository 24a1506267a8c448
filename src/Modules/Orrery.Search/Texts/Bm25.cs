using System.Text;
using Orrery.Kernel;
using Orrery.Search.Filters;
using Orrery.Search.Points;

namespace Orrery.Search.Texts;

/// <summary>
/// Turns texts into sparse vectors whose inner product is BM25's score (Robertson and Zaragoza, 2009): a document's components are its words' saturated frequencies, a query's are ones, and
/// the rarity of a word is the collection's business (the <c>idf</c> modifier). A word's component is the magnitude of its MurmurHash3, as Qdrant and its clients number it, so vectors that a
/// client computed fit those made here.
/// </summary>
public sealed class Bm25
{
    /// <summary>What clients call it.</summary>
    public const string Model = "qdrant/bm25";

    private readonly WordRules _rules;
    private readonly double _k;
    private readonly double _b;
    private readonly double _averageLength;

    /// <summary>BM25 over words that are cut by rules.</summary>
    /// <param name="rules">How a text is cut into words.</param>
    /// <param name="k">How slowly a word's further occurrences count less: 0 counts one alone.</param>
    /// <param name="b">How much a long document is held against it: 0 not at all, 1 in proportion.</param>
    /// <param name="averageLength">Words of an average document, guessed beforehand: a document must not change with those beside it.</param>
    /// <exception cref="InvalidException">A parameter is out of its range.</exception>
    public Bm25(WordRules rules, double k = 1.2, double b = 0.75, double averageLength = 256)
    {
        ArgumentNullException.ThrowIfNull(rules);
        if (!(k >= 0) || !double.IsFinite(k))
            throw new InvalidException($"Expected a BM25 `k` of 0 or more; got {k}.");
        if (b is not (>= 0 and <= 1))
            throw new InvalidException($"Expected a BM25 `b` from 0 to 1; got {b}.");
        if (!(averageLength > 0) || !double.IsFinite(averageLength))
            throw new InvalidException($"Expected a BM25 `avg_len` above 0; got {averageLength}.");
        (_rules, _k, _b, _averageLength) = (rules, k, b, averageLength);
    }

    /// <summary>A text that is to be found.</summary>
    public SparseVector Document(string text)
    {
        var words = Words.Of(text, _rules);
        var components = new SortedDictionary<uint, float>();
        foreach (var word in words.CountBy(word => word))
        {
            var frequency = (double)word.Value;
            // Two words of one hash share a component, and the greater of their weights would be lost: they add up.
            components[Component(word.Key)] = components.GetValueOrDefault(Component(word.Key))
                + (float)(frequency * (_k + 1) / (frequency + _k * (1 - _b + _b * words.Count / _averageLength)));
        }

        return new([.. components.Keys], [.. components.Values]);
    }

    /// <summary>A text that is looked for.</summary>
    public SparseVector Query(string text)
    {
        uint[] components = [.. Words.Of(text, _rules).Select(Component).Distinct().Order()];
        return new(components, [.. components.Select(_ => 1f)]);
    }

    private static uint Component(string word) => (uint)Math.Abs((long)(int)Murmur3.Hash(Encoding.UTF8.GetBytes(word)));
}
