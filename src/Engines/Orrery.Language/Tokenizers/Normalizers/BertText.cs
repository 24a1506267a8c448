using System.Globalization;
using System.Text;
using Orrery.Kernel.Unicode;

namespace Orrery.Language.Tokenizers.Normalizers;

/// <summary>BERT's BasicTokenizer before it splits: no control characters, one kind of space, Chinese characters apart, accents and case away.</summary>
internal sealed class BertText(BertTextOptions options) : TextNormalizer
{
    public override string Normalize(string text, bool isFirst)
    {
        if (options.StripsAccents)
            text = UnicodeNormalization.Normalize(text, NormalizationForm.FormD);
        var kept = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (options.CleansText && IsDropped(rune, category))
                continue;
            if (options.StripsAccents && category == UnicodeCategory.NonSpacingMark)
                continue;
            if (options.CleansText && Rune.IsWhiteSpace(rune))
                kept.Append(' ');
            else if (options.SpacesChinese && IsChinese(rune.Value))
                kept.Append(' ').Append(rune.ToString()).Append(' ');
            else
                kept.Append((options.Lowercases ? Rune.ToLowerInvariant(rune) : rune).ToString());
        }

        return kept.ToString();
    }

    private static bool IsDropped(Rune rune, UnicodeCategory category) =>
        rune.Value is 0 or 0xFFFD
        || (rune.Value is not ('\t' or '\n' or '\r')
            && category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);

    /// <summary>The blocks that BERT's <c>_is_chinese_char</c> lists: ideographs alone, neither kana nor hangul.</summary>
    private static bool IsChinese(int value) => value is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}

/// <summary>What BERT's normaliser does; the defaults are the uncased models'.</summary>
internal sealed record BertTextOptions
{
    public bool CleansText { get; init; } = true;

    public bool SpacesChinese { get; init; } = true;

    public bool StripsAccents { get; init; } = true;

    public bool Lowercases { get; init; } = true;
}
