using System.Globalization;
using Orrery.Language.Tokenizers;
using Orrery.Language.Tokenizers.Loading;
using Orrery.Language.Weights;
using Orrery.Tests;
using Xunit;

namespace Orrery.Engines.Tests.Language.Tokenizers;

/// <summary>The vocabularies of real models against the tokens that their own libraries made of the same texts.</summary>
public sealed class RealVocabularyTests
{
    private const string Separator = "\n__ggml_vocab_test__\n";

    [Theory]
    [InlineData("bert-bge")]
    [InlineData("deepseek-coder")]
    [InlineData("deepseek-llm")]
    [InlineData("falcon")]
    [InlineData("gpt-2")]
    [InlineData("llama-spm")]
    [InlineData("mpt")]
    [InlineData("phi-3")]
    [InlineData("refact")]
    [InlineData("starcoder")]
    public void Every_text_becomes_the_expected_tokens(string name)
    {
        var file = SharedData.Need($"vocab-gguf/ggml-vocab-{name}.gguf");
        var tokenizer = GgufTokenizer.Load(ModelFile.Open(file).Metadata);
        Agree(tokenizer, file);
    }

    [Fact]
    public void Tokenizer_json_and_vocab_txt_agree_with_the_gguf_file()
    {
        var expected = SharedData.Need("vocab-gguf/ggml-vocab-bert-bge.gguf");
        using var json = File.OpenRead(SharedData.Need("bert-tokenizer/tokenizer.json"));
        Agree(TokenizerJson.Load(json), expected);
        using var lines = File.OpenText(SharedData.Need("bert-tokenizer/vocab.txt"));
        Agree(WordPieceVocabulary.Load(lines), expected);
    }

    [Fact]
    public void A_sentencepiece_file_agrees_with_the_gguf_file() =>
        Agree(SentencePieceFile.Load(File.ReadAllBytes(SharedData.Need("llama_spm/tokenizer.model"))), SharedData.Need("vocab-gguf/ggml-vocab-llama-spm.gguf"));

    private static void Agree(Tokenizer tokenizer, string file)
    {
        var texts = File.ReadAllText(file + ".inp").Split(Separator)[..^1];
        var lines = File.ReadAllLines(file + ".out");
        Assert.Equal(texts.Length, lines.Length);
        Assert.True(texts.Length > 40, $"only {texts.Length} texts");
        var wrong = texts.Zip(lines).Where(pair => !tokenizer.Encode(pair.First).SequenceEqual(Ids(pair.Second)))
            .Select(pair => $"'{pair.First}': expected {pair.Second.Trim()}, got {string.Join(' ', tokenizer.Encode(pair.First))}");
        Assert.Empty(wrong);
    }

    private static int[] Ids(string line) => [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
}
