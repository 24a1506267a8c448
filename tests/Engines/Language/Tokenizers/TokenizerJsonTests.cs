using System.Text;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Language.Tokenizers;
using Orrery.Language.Tokenizers.Loading;
using Xunit;

namespace Orrery.Engines.Tests.Language.Tokenizers;

/// <summary>Small tokenizers of every kind against what Hugging Face's library does with them; golden/make-tokenizers.mjs made both.</summary>
public sealed class TokenizerJsonTests
{
    private static readonly EncodeOptions Parsed = new() { ParseSpecial = true };

    public static TheoryData<string> Names => ["gpt2", "llama3", "starcoder", "llama2", "unigram", "bert"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_text_becomes_the_same_tokens(string name)
    {
        var (tokenizer, golden) = Load(name);
        foreach (var text in golden.GetProperty("cases").EnumerateArray())
        {
            // The library parses special tokens always.
            Same(text, "ids", tokenizer.Encode(text.GetProperty("text").GetString()!, Parsed));
            Same(text, "special", tokenizer.Encode(text.GetProperty("text").GetString()!, EncodeOptions.Prompt));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_texts_get_the_same_tokens_around_and_between(string name)
    {
        var (tokenizer, golden) = Load(name);
        Same(golden, "pair", tokenizer.EncodePair("the planets", "moved"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Tokens_become_the_same_text(string name)
    {
        var (tokenizer, golden) = Load(name);
        foreach (var text in golden.GetProperty("cases").EnumerateArray())
            Assert.Equal(text.GetProperty("decoded").GetString(), tokenizer.Decode(Ids(text.GetProperty("ids"))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_stream_of_tokens_gives_whole_characters_and_the_same_text(string name)
    {
        var (tokenizer, golden) = Load(name);
        foreach (var text in golden.GetProperty("cases").EnumerateArray())
        {
            var ids = Ids(text.GetProperty("ids"));
            var stream = new StreamingDetokenizer(tokenizer);
            var parts = ids.Select(stream.Append).ToList();
            Assert.DoesNotContain(parts, part => part.Length > 0 && (char.IsHighSurrogate(part[^1]) || char.IsLowSurrogate(part[0])));
            Assert.Equal(tokenizer.Decode(ids), string.Concat(parts) + stream.Finish());
        }
    }

    [Fact]
    public void Control_tokens_in_a_users_text_are_plain_text()
    {
        var (tokenizer, _) = Load("llama2");
        Assert.DoesNotContain(1, tokenizer.Encode("<s>the"));
        Assert.Contains(1, tokenizer.Encode("<s>the", Parsed));
    }

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("{}", "has no 'model'")]
    [InlineData("""{"model":{"type":"Neural","vocab":{"a":0}}}""", "supported are BPE, Unigram, WordPiece")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}""", "merges[0] must be two tokens")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}}""", "lacks one of them or 'ab'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":2000000000},"merges":[]}}""", "vocab['a'] must be an id")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"normalizer":{"type":"Odd"}}""", "normalizer is of type 'Odd'")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":[]},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"("}}}""", "pre_tokenizer.pattern is not an expression")]
    public void A_damaged_file_is_refused_with_its_place(string json, string complaint)
    {
        var refusal = Assert.Throws<InvalidException>(() => TokenizerJson.Load(new MemoryStream(Encoding.UTF8.GetBytes(json))));
        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
    }

    private static void Same(JsonElement golden, string property, int[] actual)
    {
        var expected = Ids(golden.GetProperty(property));
        Assert.True(expected.SequenceEqual(actual), $"{golden.GetRawText()[..Math.Min(60, golden.GetRawText().Length)]} {property}: expected {string.Join(' ', expected)}, got {string.Join(' ', actual)}");
    }

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];

    private static (Tokenizer Tokenizer, JsonElement Golden) Load(string name)
    {
        var golden = Golden.Load("Language", "tokenizers.json").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name);
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(golden.GetProperty("tokenizer").GetRawText()));
        return (TokenizerJson.Load(json), golden);
    }
}
