using System.Text;
using Orrery.Search.Filters;
using Orrery.Search.Texts;
using Orrery.Tests;
using Xunit;

namespace Orrery.Search.Tests.Texts;

public sealed class Bm25Tests
{
    private static readonly WordRules English = new() { StopWords = StopWords.Of("english")!, Stemmer = Stemmer.English };

    /// <summary>english_stems.py made the file.</summary>
    [Fact]
    public void Stems_are_those_of_snowball()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "tests", "Modules", "Search", "Texts", "english_stems.txt"));
        Assert.True(lines.Length > 2_000);
        Assert.Equal(lines, lines.Select(line => line.Split(' ')[0]).Select(word => $"{word} {EnglishStemmer.Stem(word)}"));
    }

    /// <summary>Test vectors of the reference implementation (SMHasher) with seed 0.</summary>
    [Theory]
    [InlineData("", 0u)]
    [InlineData("test", 0xba6bd213u)]
    [InlineData("Hello, world!", 0xc0363e43u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x2e4ff723u)]
    public void Hashes_are_those_of_murmur3(string text, uint hash) => Assert.Equal(hash, Murmur3.Hash(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_query_is_scored_by_the_formula()
    {
        var bm25 = new Bm25(English, k: 1.5, b: 0.5, averageLength: 4);
        var document = bm25.Document("Fear is the mind-killer; fears kill.");
        // fear mind killer fear kill: five words, "fear" twice.
        Assert.Equal(4, document.Indices.Length);
        var (norm, query) = (1.5 * (0.5 + 0.5 * 5 / 4), bm25.Query("the fearing killers"));
        Assert.Equal(2, query.Indices.Length);
        Assert.All(query.Values, value => Assert.Equal(1, value));
        var score = query.Indices.Sum(index => (double)document.Values[Array.IndexOf(document.Indices, index)]);
        Assert.Equal(2 * 2.5 / (2 + norm) + 1 * 2.5 / (1 + norm), score, 5);
    }

    [Fact]
    public void A_text_of_stop_words_has_no_components()
    {
        var bm25 = new Bm25(English);
        Assert.Empty(bm25.Document("The a an and or but").Indices);
        Assert.Empty(bm25.Query("").Indices);
    }

    [Theory]
    [InlineData(-0.1, 0.5, 1)]
    [InlineData(1, 1.1, 1)]
    [InlineData(1, 0.5, 0)]
    [InlineData(double.NaN, 0.5, 1)]
    public void Parameters_without_a_meaning_are_refused(double k, double b, double average) =>
        Assert.Throws<Kernel.InvalidException>(() => new Bm25(English, k, b, average));
}
