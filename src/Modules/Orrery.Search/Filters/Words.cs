using System.Globalization;
using System.Text;
using Orrery.Kernel.Unicode;
using Orrery.Search.Texts;

namespace Orrery.Search.Filters;

/// <summary>How a text is cut into words for full-text matching.</summary>
/// <param name="Tokenizer">Where it is cut.</param>
/// <param name="Lowercase">Whether capitals count as small letters.</param>
/// <param name="MinLength">Shorter words are left out.</param>
/// <param name="MaxLength">Longer words are left out.</param>
/// <param name="Folding">Whether accents are left out.</param>
public sealed record WordRules(Tokenizer Tokenizer = Tokenizer.Word, bool Lowercase = true, int? MinLength = null, int? MaxLength = null, bool Folding = false)
{
    /// <summary>Words that are left out.</summary>
    public IReadOnlyList<string> StopWords { get; init; } = [];

    /// <summary>What is left of a word.</summary>
    public Stemmer Stemmer { get; init; }
}

/// <summary>How a word is cut to its stem, so that its forms are one.</summary>
public enum Stemmer
{
    /// <summary>It is not.</summary>
    None,
    /// <summary>Snowball's for English.</summary>
    English,
}

/// <summary>Where texts are cut.</summary>
public enum Tokenizer
{
    /// <summary>At everything that is no letter and no digit.</summary>
    Word,
    /// <summary>At white space.</summary>
    Whitespace,
    /// <summary>As <see cref="Word"/>, and every beginning of a word stands in the index.</summary>
    Prefix,
    /// <summary>As <see cref="Word"/>; scripts without spaces are cut at every character.</summary>
    Multilingual,
}

/// <summary>Cuts texts.</summary>
internal static class Words
{
    public static List<string> Of(string text, WordRules rules)
    {
        var words = new List<string>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inWord = i < text.Length && (rules.Tokenizer == Tokenizer.Whitespace ? !char.IsWhiteSpace(text[i]) : char.IsLetterOrDigit(text[i]) || char.IsSurrogate(text[i]));
            if (inWord && rules.Tokenizer == Tokenizer.Multilingual && IsIdeographic(text[i]))
            {
                if (start >= 0)
                    Add(words, text[start..i], rules);
                Add(words, text[i].ToString(), rules);
                start = -1;
            }
            else if (inWord && start < 0)
                start = i;
            else if (!inWord && start >= 0)
            {
                Add(words, text[start..i], rules);
                start = -1;
            }
        }

        return words;
    }

    /// <summary>The words under which an index keeps a text.</summary>
    public static IEnumerable<string> Indexed(string text, WordRules rules)
    {
        foreach (var word in Of(text, rules))
        {
            if (rules.Tokenizer != Tokenizer.Prefix)
                yield return word;
            else
            {
                for (var length = Math.Min(rules.MinLength ?? 1, word.Length); length <= Math.Min(rules.MaxLength ?? int.MaxValue, word.Length); length++)
                    yield return word[..length];
            }
        }
    }

    public static bool Matches(string text, MatchText match, WordRules rules)
    {
        var wanted = Of(match.Words, rules);
        if (wanted.Count == 0)
            return false;
        switch (match.How)
        {
            case TextMatch.Phrase:
                var there = Of(text, rules);
                for (var i = 0; i + wanted.Count <= there.Count; i++)
                {
                    if (there.Skip(i).Take(wanted.Count).SequenceEqual(wanted))
                        return true;
                }

                return false;
            case TextMatch.Any:
                return wanted.Any(Indexed(text, rules).ToHashSet().Contains);
            default:
                return wanted.TrueForAll(Indexed(text, rules).ToHashSet().Contains);
        }
    }

    private static void Add(List<string> words, string word, WordRules rules)
    {
        if (rules.Lowercase)
            word = word.ToLowerInvariant();
        if (rules.Folding)
            word = Fold(word);
        // A prefix index keeps long words under their beginnings.
        if (word.Length < rules.MinLength || (rules.Tokenizer != Tokenizer.Prefix && word.Length > rules.MaxLength) || rules.StopWords.Contains(word))
            return;
        words.Add(rules.Stemmer == Stemmer.English ? EnglishStemmer.Stem(word) : word);
    }

    private static string Fold(string word)
    {
        if (Ascii.IsValid(word))
            return word;
        var folded = new StringBuilder(word.Length);
        // Without ICU string.Normalize leaves everything as it is.
        foreach (var c in UnicodeNormalization.Normalize(word, NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                folded.Append(c);
        }

        return folded.ToString();
    }

    // Hiragana, katakana, CJK, hangul and Thai: a character stands for a word or a syllable.
    private static bool IsIdeographic(char c) => c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7AF') or (>= '\u0E00' and <= '\u0E7F');
}
