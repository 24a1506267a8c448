using Orrery.Search.Filters;
using Xunit;

namespace Orrery.Search.Tests.Texts;

public sealed class WordsTests
{
    [Theory]
    [InlineData("Café Zürich", "cafe,zurich")]
    [InlineData("Łódź", "łodz")] // a stroke is no accent: the letter is another
    [InlineData("plain", "plain")]
    public void Folding_leaves_accents_out(string text, string words) => Assert.Equal(words.Split(','), Words.Of(text, new WordRules(Folding: true)));

    [Fact]
    public void Without_folding_accents_stay() => Assert.Equal(["café"], Words.Of("Café", new WordRules()));
}
