using System.Text.RegularExpressions;

namespace Orrery.Language.Tokenizers.Splitting;

/// <summary>The expressions by which the families cut text, as their <c>tokenizer.json</c> files have them; compiled when this project is.</summary>
internal static partial class PreTokenizerPatterns
{
    private const string Contractions = "'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";

    /// <summary>GPT-2, encoder.py.</summary>
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    public static partial Regex Gpt2();

    /// <summary>Llama 3 (and tiktoken's cl100k_base): numbers in groups of three.</summary>
    [GeneratedRegex(Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    public static partial Regex Llama3();

    /// <summary>Qwen 2: as Llama 3, every digit alone.</summary>
    [GeneratedRegex(Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    public static partial Regex Qwen2();

    /// <summary>GPT-4o (tiktoken's o200k_base): words also end where small letters meet capitals.</summary>
    [GeneratedRegex(@"[^\r\n\p{L}\p{N}]?" + Upper + "*" + Lower + "+(?:" + Contractions + @")?|[^\r\n\p{L}\p{N}]?" + Upper + "+" + Lower + "*(?:" + Contractions
        + @")?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    public static partial Regex Gpt4o();

    /// <summary>Mistral's Tekken: as GPT-4o without contractions, every digit alone.</summary>
    [GeneratedRegex(@"[^\r\n\p{L}\p{N}]?" + Upper + "*" + Lower + @"+|[^\r\n\p{L}\p{N}]?" + Upper + "+" + Lower
        + @"*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    public static partial Regex Tekken();

    /// <summary>DeepSeek 3's words; its numbers and its Chinese and Japanese are cut before.</summary>
    [GeneratedRegex(@"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")]
    public static partial Regex DeepSeek3Words();

    [GeneratedRegex(@"[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+")]
    public static partial Regex DeepSeek3Ideographs();

    [GeneratedRegex("[\r\n]")]
    public static partial Regex LineEnd();

    /// <summary>DeepSeek LLM's letters: the alphabets with two cases.</summary>
    [GeneratedRegex(@"\s?[A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF\u0370-\u0373\u0376\u0377\u037B-\u037D\u037F"
        + @"\u0386\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5\u13A0-\u13F5\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF"
        + @"\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC"
        + @"\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC\u1FD0-\u1FD3\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128"
        + @"\u212A-\u212D\u212F-\u2134\u2139\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE\u2CF2\u2CF3\uA640-\uA66D\uA680-\uA69B"
        + @"\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E\uAB70-\uABBF\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A]+")]
    public static partial Regex DeepSeekLetters();

    [GeneratedRegex(@"\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+")]
    public static partial Regex DeepSeekPunctuation();

    [GeneratedRegex(@"\s+\z")]
    public static partial Regex TrailingSpace();

    [GeneratedRegex(@"[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+")]
    public static partial Regex DeepSeekIdeographs();

    [GeneratedRegex(@"\s?\p{L}+")]
    public static partial Regex SpaceLetters();

    [GeneratedRegex(@"\s?\p{P}+")]
    public static partial Regex SpacePunctuation();

    [GeneratedRegex(@"\p{N}+")]
    public static partial Regex Numbers();

    [GeneratedRegex(@"\p{N}{1,3}")]
    public static partial Regex NumbersOfThree();

    [GeneratedRegex(@"\p{N}")]
    public static partial Regex Digit();

    /// <summary>Falcon's punctuation, with the ASCII symbols that Unicode does not call punctuation.</summary>
    [GeneratedRegex(@"[\p{P}\$\+<=>\^~\|`]+")]
    public static partial Regex FalconPunctuation();

    [GeneratedRegex("[0-9][0-9][0-9]")]
    public static partial Regex ThreeDigits();

    /// <summary>Hugging Face's <c>Whitespace</c>: words, and what stands between words and white space.</summary>
    [GeneratedRegex(@"\w+|[^\w\s]+")]
    public static partial Regex Words();

    /// <summary>BLOOM's words: up to white space or a mark of punctuation of the scripts that it was trained on.</summary>
    [GeneratedRegex(" ?[^(\\s|.,!?…。，、।۔،)]+")]
    public static partial Regex Bloom();
}
