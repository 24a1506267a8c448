using System.Text;
using Orrery.Kernel;
using Orrery.Language.Inference;
using Orrery.Language.Tokenizers;
using Orrery.Language.Tokenizers.Loading;
using Orrery.Language.Weights;
using Orrery.Tests;
using Xunit;

namespace Orrery.Engines.Tests.Language.Tokenizers;

public sealed class Llama2cTokenizerTests
{
    // What test_all.py of karpathy/llama2.c expects of 200 steps at temperature 0.
    private const string Story = """
        Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.
        Lily's mom said, "Lily, let's go to the park." Lily was sad and didn't know what to do. She said, "I want to play with your ball, but I can't find it."
        Lily was sad and didn't know what to do. She said, "I'm sorry, Lily. I didn't know what to do."
        Lily didn't want to help her mom, so she
        """;

    [Fact]
    public async Task Stories260K_tells_the_story_that_the_reference_tells()
    {
        var file = ModelFile.Open(SharedData.Need("stories260K/stories260K.bin"));
        var tokenizer = ModelTokenizer.Open(file);
        using var model = LanguageModel.Open(file, new() { Threads = 1 });
        var detokenizer = new StreamingDetokenizer(tokenizer);
        var text = new StringBuilder();
        await foreach (var token in model.GenerateAsync(tokenizer.Encode("", EncodeOptions.Document), new() { MaxTokens = 200 }))
            text.Append(detokenizer.Append(token.Token));
        Assert.Equal(Story.ReplaceLineEndings("\n"), text.Append(detokenizer.Finish()).ToString());
        Assert.Equal(Story.ReplaceLineEndings("\n"), tokenizer.Decode(tokenizer.Encode(Story.ReplaceLineEndings("\n"))));
    }

    [Fact]
    public void Pairs_merge_by_their_scores_and_other_characters_become_bytes()
    {
        var tokenizer = Llama2cTokenizer.Load(File(("a", -5), ("b", -6), (" ", -7), ("ab", -2), (" a", -1), ("aab", -9)));
        int[] Ids(params string[] texts) => [.. texts.Select(text => tokenizer.Vocabulary.Find(text)!.Value)];
        // " a" scores best, so the space takes the a from "ab".
        Assert.Equal(Ids("▁a", "b"), tokenizer.Encode("ab"));
        Assert.Equal([1, .. Ids("▁a", "ab")], tokenizer.Encode("aab", EncodeOptions.Document));
        Assert.Equal(Ids("▁", "<0xC3>", "<0xA9>"), tokenizer.Encode("é"));
        Assert.Equal("aab é", tokenizer.Decode(tokenizer.Encode("aab é")));
    }

    [Fact]
    public void A_file_that_was_cut_off_or_is_none_is_refused()
    {
        var whole = File(("a", -1), ("b", -2), (" ", -3));
        Assert.Equal(262, Llama2cTokenizer.Load(whole).Vocabulary.Count);
        for (var length = 0; length < whole.Length; length++)
        {
            // Between two tokens behind the bytes a shorter file is whole too.
            if (length < whole.Length - 3 * 9 || (whole.Length - length) % 9 != 0)
                Assert.Throws<InvalidException>(() => Llama2cTokenizer.Load(whole.AsSpan(0, length)));
        }

        Assert.Contains("damaged", Assert.Throws<InvalidException>(() => Llama2cTokenizer.Load([4, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 127])).Message);
    }

    private static byte[] File(params (string Text, float Score)[] pieces)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(7);
        string[] first = ["<unk>", "\n<s>\n", "\n</s>\n", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")];
        foreach (var (text, score) in first.Select(text => (text, 0f)).Concat(pieces))
        {
            writer.Write(score);
            writer.Write(Encoding.UTF8.GetByteCount(text));
            writer.Write(Encoding.UTF8.GetBytes(text));
        }

        return stream.ToArray();
    }
}
