using System.Text;
using System.Text.Json;
using CsCheck;
using Orrery.Language.Grammars;
using Orrery.Language.Tokenizers;
using Orrery.Language.Tokenizers.Loading;
using Xunit;

namespace Orrery.Engines.Tests.Language.Grammars;

/// <summary>A model that chooses at random among the tokens that a grammar lets through.</summary>
public sealed class GrammarConstraintTests
{
    private const string Person = """
        {"type":"object","properties":{"name":{"type":"string","maxLength":12},"age":{"type":"integer","minimum":0,"maximum":120},"tags":{"type":"array","items":{"enum":["new","été","🦙"]},"maxItems":3}},"required":["name","age"]}
        """;

    private static readonly Tokenizer ByteLevel = Load("gpt2");
    private static readonly Tokenizer SentencePiece = Load("llama2");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whatever_is_chosen_the_answer_fits_the_schema(bool isByteLevel)
    {
        var tokenizer = isByteLevel ? ByteLevel : SentencePiece;
        using var schema = JsonDocument.Parse(Person);
        var grammar = Grammar.FromJsonSchema(schema.RootElement);
        var masks = new GrammarMasks(grammar, tokenizer);
        Gen.Int.Sample(seed =>
        {
            var (text, isComplete, isEnded) = Write(masks, tokenizer, seed, mostTokens: 2000);
            Assert.True(isEnded, text);
            Assert.True(isComplete, text);
            using var json = JsonDocument.Parse(text);
            Assert.InRange(json.RootElement.GetProperty("age").GetInt32(), 0, 120);
            Assert.True(json.RootElement.GetProperty("name").GetString()!.EnumerateRunes().Count() <= 12);
        }, iter: 60);
    }

    [Fact]
    public void A_text_that_was_cut_off_says_so()
    {
        var grammar = Grammar.JsonObject;
        var masks = new GrammarMasks(grammar, ByteLevel);
        Gen.Select(Gen.Int, Gen.Int[1, 40]).Sample((seed, most) =>
        {
            var (text, isComplete, _) = Write(masks, ByteLevel, seed, most);
            Assert.Equal(grammar.Accepts(text), isComplete);
        }, iter: 60);
    }

    [Fact]
    public void The_mask_is_what_trying_every_token_finds()
    {
        var grammar = Grammar.FromGbnf("root ::= \"the \" ([a-zé]+ \" \"){1,3} [0-9]*");
        var masks = new GrammarMasks(grammar, ByteLevel);
        foreach (var written in (string[])["", "t", "the ", "the pla", "the planets caf", "the a b c ", "the a 12"])
        {
            var constraint = masks.Start();
            foreach (var id in ByteLevel.Encode(written))
                constraint.Accept(id);
            var logits = new float[ByteLevel.Vocabulary.Count];
            constraint.Restrict(logits);
            for (var id = 0; id < logits.Length; id++)
            {
                if (ByteLevel.Vocabulary.Kind(id) == TokenKind.Normal)
                    Assert.Equal(CanFollow(grammar, Bytes(written, id)), logits[id] == 0);
            }
        }
    }

    [Fact]
    public void The_end_may_come_exactly_where_the_text_is_complete()
    {
        var constraint = new GrammarMasks(Grammar.FromGbnf("root ::= \"a\" \"b\"?"), ByteLevel).Start();
        var end = ByteLevel.Special.Eos!.Value;
        Assert.False(Allows(constraint, end));
        constraint.Accept(ByteLevel.Vocabulary.Find("a")!.Value);
        Assert.True(Allows(constraint, end));
        Assert.True(Allows(constraint, ByteLevel.Vocabulary.Find("b")!.Value));
        Assert.False(Allows(constraint, ByteLevel.Vocabulary.Find("a")!.Value));
    }

    /// <summary>Some text that begins so is in the language: found by trying every continuation of a few bytes among those that matter here.</summary>
    private static bool CanFollow(Grammar grammar, byte[] bytes)
    {
        string[] endings = ["the a ", "he a ", "e a ", " a ", "a ", " ", "", "\u00a9 "];
        byte[] rest = [0xA9];
        return endings.Any(ending => Accepts(grammar, [.. bytes, .. Encoding.UTF8.GetBytes(ending)]) || Accepts(grammar, [.. bytes, .. rest, .. Encoding.UTF8.GetBytes(ending)]));
    }

    private static bool Accepts(Grammar grammar, byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        return !text.Contains('\uFFFD', StringComparison.Ordinal) && grammar.Accepts(text);
    }

    private static byte[] Bytes(string written, int id) => [.. Encoding.UTF8.GetBytes(written), .. ByteLevel.Vocabulary.Bytes(id)];

    private static bool Allows(GrammarConstraint constraint, int id)
    {
        var mask = new ulong[(ByteLevel.Vocabulary.Count + 63) / 64];
        constraint.Mask(mask);
        return (mask[id >> 6] >> (id & 63) & 1) != 0;
    }

    private static (string Text, bool IsComplete, bool IsEnded) Write(GrammarMasks masks, Tokenizer tokenizer, int seed, int mostTokens)
    {
        var random = new Random(seed);
        var constraint = masks.Start();
        var bytes = new List<byte>();
        var logits = new float[tokenizer.Vocabulary.Count];
        for (var i = 0; i < mostTokens; i++)
        {
            Array.Clear(logits);
            constraint.Restrict(logits);
            var allowed = Enumerable.Range(0, logits.Length).Where(id => logits[id] == 0).ToList();
            var id = allowed[random.Next(allowed.Count)];
            constraint.Accept(id);
            if (tokenizer.Special.EndOfGeneration.Contains(id))
                return (Encoding.UTF8.GetString([.. bytes]), constraint.IsComplete, true);
            bytes.AddRange(tokenizer.Vocabulary.Bytes(id));
        }

        return (Encoding.UTF8.GetString([.. bytes]), constraint.IsComplete, false);
    }

    private static Tokenizer Load(string name)
    {
        var golden = Golden.Load("Language", "tokenizers.json").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name);
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(golden.GetProperty("tokenizer").GetRawText()));
        return TokenizerJson.Load(json);
    }
}
