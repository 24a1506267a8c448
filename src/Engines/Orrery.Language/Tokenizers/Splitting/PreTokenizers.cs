using Orrery.Kernel;

namespace Orrery.Language.Tokenizers.Splitting;

/// <summary>The pre-tokenisers by the names that GGUF's <c>tokenizer.ggml.pre</c> gives them.</summary>
internal static class PreTokenizers
{
    private static readonly Dictionary<string, TextSplitter> Families = Make();

    /// <summary>The names, sorted, for messages.</summary>
    public static IEnumerable<string> Names => Families.Keys.Order(StringComparer.Ordinal);

    /// <summary>The pre-tokeniser of a family.</summary>
    /// <exception cref="InvalidException">No family has this name.</exception>
    public static TextSplitter Find(string name) => Families.TryGetValue(name, out var splitter)
        ? splitter
        : throw new InvalidException($"The pre-tokenizer '{name}' is not known; known are {string.Join(", ", Names)}.");

    private static Dictionary<string, TextSplitter> Make()
    {
        var gpt2 = Of(PreTokenizerPatterns.Gpt2());
        var digits = Of(PreTokenizerPatterns.Digit(), PreTokenizerPatterns.Gpt2());
        var llama3 = Of(PreTokenizerPatterns.Llama3());
        var qwen2 = Of(PreTokenizerPatterns.Qwen2());
        var gpt4o = Of(PreTokenizerPatterns.Gpt4o());
        var deepSeek3 = Of(PreTokenizerPatterns.NumbersOfThree(), PreTokenizerPatterns.DeepSeek3Ideographs(), PreTokenizerPatterns.DeepSeek3Words());
        return new(StringComparer.Ordinal)
        {
            // What a file without a name gets: the cut that llama.cpp makes there.
            ["default"] = Of(PreTokenizerPatterns.FalconPunctuation(), PreTokenizerPatterns.Gpt2(), PreTokenizerPatterns.Numbers(), PreTokenizerPatterns.ThreeDigits()),
            ["gpt-2"] = gpt2,
            ["mpt"] = gpt2,
            ["olmo"] = gpt2,
            ["phi-2"] = gpt2,
            ["jais"] = gpt2,
            ["gigachat"] = gpt2,
            ["jina-es"] = gpt2,
            ["jina-de"] = gpt2,
            ["jina-v2-es"] = gpt2,
            ["jina-v2-de"] = gpt2,
            ["jina-v2-code"] = gpt2,
            ["roberta-bpe"] = gpt2,
            ["a.x-4.0"] = gpt2,
            ["mellum"] = gpt2,
            ["modern-bert"] = gpt2,
            ["starcoder"] = digits,
            ["refact"] = digits,
            ["command-r"] = digits,
            ["smollm"] = digits,
            ["codeshell"] = digits,
            ["exaone"] = digits,
            ["minerva-7b"] = digits,
            ["llama3"] = llama3,
            ["llama-v3"] = llama3,
            ["llama-bpe"] = llama3,
            ["falcon3"] = llama3,
            ["dbrx"] = llama3,
            ["smaug-bpe"] = llama3,
            ["chatglm-bpe"] = llama3,
            ["glm4"] = llama3,
            ["pixtral"] = llama3,
            ["dots1"] = llama3,
            ["qwen2"] = qwen2,
            ["deepseek-r1-qwen"] = qwen2,
            ["stablelm2"] = qwen2,
            ["megrez"] = qwen2,
            ["hunyuan"] = qwen2,
            ["gpt-4o"] = gpt4o,
            ["llama4"] = gpt4o,
            ["tekken"] = Of(PreTokenizerPatterns.Tekken()),
            ["falcon"] = Of(PreTokenizerPatterns.FalconPunctuation(), PreTokenizerPatterns.Gpt2(), PreTokenizerPatterns.ThreeDigits()),
            ["deepseek-coder"] = Of(PreTokenizerPatterns.LineEnd(), PreTokenizerPatterns.SpaceLetters(), PreTokenizerPatterns.SpacePunctuation(),
                PreTokenizerPatterns.DeepSeekIdeographs(), PreTokenizerPatterns.Digit()),
            ["deepseek-llm"] = Of(PreTokenizerPatterns.LineEnd(), PreTokenizerPatterns.DeepSeekLetters(), PreTokenizerPatterns.DeepSeekPunctuation(),
                PreTokenizerPatterns.TrailingSpace(), PreTokenizerPatterns.DeepSeekIdeographs(), PreTokenizerPatterns.Numbers()),
            ["deepseek-v3"] = deepSeek3,
            ["hunyuan-dense"] = deepSeek3,
            ["bloom"] = Of(PreTokenizerPatterns.Bloom()),
            ["poro-chat"] = Of(PreTokenizerPatterns.Bloom()),
            ["gpt3-finnish"] = Of(PreTokenizerPatterns.Bloom()),
            ["viking"] = Of(PreTokenizerPatterns.Bloom(), PreTokenizerPatterns.Digit()),
        };
    }

    private static TextSplitter Of(params System.Text.RegularExpressions.Regex[] patterns) => new([.. patterns.Select(pattern => new PatternSplit(pattern))]);
}
