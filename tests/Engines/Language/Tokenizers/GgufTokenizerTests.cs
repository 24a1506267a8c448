using Orrery.Kernel;
using Orrery.Language.Tokenizers;
using Orrery.Language.Tokenizers.Loading;
using Orrery.Language.Weights;
using Xunit;

namespace Orrery.Engines.Tests.Language.Tokenizers;

public sealed class GgufTokenizerTests
{
    [Fact]
    public void A_sentencepiece_vocabulary_spells_what_it_lacks_in_bytes_and_gives_it_back()
    {
        var tokenizer = GgufTokenizer.Load(new ModelMetadata(SentencePieces()));
        var ids = tokenizer.Encode("ab é", EncodeOptions.Prompt);
        Assert.Equal(["<s>", "▁ab", "▁", "<0xC3>", "<0xA9>"], ids.Select(tokenizer.Vocabulary.Text));
        Assert.Equal("ab é", tokenizer.Decode(ids));
        Assert.Equal(" ab é", tokenizer.Decode(ids, new DecodeOptions { IsContinuation = true }));
    }

    [Fact]
    public void A_character_that_ends_in_the_middle_becomes_the_replacement_character()
    {
        var tokenizer = GgufTokenizer.Load(new ModelMetadata(SentencePieces()));
        Assert.Equal("\uFFFDab", tokenizer.Decode([tokenizer.Vocabulary.Find("<0xC3>")!.Value, tokenizer.Vocabulary.Find("ab")!.Value]));
        Assert.Equal("\uFFFD", tokenizer.Decode([tokenizer.Vocabulary.Find("<0xC3>")!.Value]));
    }

    [Fact]
    public void The_end_of_a_turn_ends_an_answer_too()
    {
        var tokenizer = GgufTokenizer.Load(new ModelMetadata(SentencePieces()));
        Assert.Equal(new HashSet<int> { 2, 3 }, tokenizer.Special.EndOfGeneration.ToHashSet());
    }

    [Theory]
    [InlineData("tokenizer.ggml.model", null, "'tokenizer.ggml.model' is missing")]
    [InlineData("tokenizer.ggml.model", "rwkv", "known are bert, gpt2, llama, t5")]
    [InlineData("tokenizer.ggml.tokens", null, "'tokenizer.ggml.tokens' is missing")]
    [InlineData("tokenizer.ggml.scores", null, "'tokenizer.ggml.scores' is missing")]
    [InlineData("tokenizer.ggml.bos_token_id", 100_000L, "names token 100000")]
    [InlineData("tokenizer.ggml.bos_token_id", -1L, "names token -1")]
    [InlineData("tokenizer.ggml.tokens", "words", "array of strings")]
    public void A_contradictory_file_is_refused_with_the_key(string key, object? value, string complaint)
    {
        var keys = SentencePieces();
        if (value is null)
            keys.Remove(key);
        else
            keys[key] = value;
        var refusal = Assert.Throws<InvalidException>(() => GgufTokenizer.Load(new ModelMetadata(keys)));
        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_types_than_tokens_are_refused()
    {
        var keys = SentencePieces();
        keys["tokenizer.ggml.token_type"] = new long[] { 1, 1 };
        Assert.Throws<InvalidException>(() => GgufTokenizer.Load(new ModelMetadata(keys)));
    }

    [Fact]
    public void An_unknown_pre_tokenizer_is_named_with_those_that_are_known()
    {
        var keys = SentencePieces();
        keys["tokenizer.ggml.model"] = "gpt2";
        keys["tokenizer.ggml.merges"] = Array.Empty<string>();
        keys["tokenizer.ggml.pre"] = "martian";
        var refusal = Assert.Throws<InvalidException>(() => GgufTokenizer.Load(new ModelMetadata(keys)));
        Assert.Contains("'martian' is not known; known are", refusal.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, object> SentencePieces()
    {
        string[] texts = ["<unk>", "<s>", "</s>", "<|im_end|>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"), "▁", "a", "b", "▁a", "ab", "▁ab"];
        long[] kinds = [2, 3, 3, 3, .. Enumerable.Repeat(6L, 256), .. Enumerable.Repeat(1L, 6)];
        double[] scores = [.. Enumerable.Repeat(0d, 260), -9, -8, -7, -3, -2, -1];
        return new()
        {
            ["tokenizer.ggml.model"] = "llama",
            ["tokenizer.ggml.tokens"] = texts,
            ["tokenizer.ggml.token_type"] = kinds,
            ["tokenizer.ggml.scores"] = scores,
        };
    }
}
