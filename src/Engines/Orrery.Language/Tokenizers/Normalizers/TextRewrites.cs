using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Orrery.Language.Tokenizers.Normalizers;

/// <summary>Lower case, character by character, in no language's own way.</summary>
internal sealed class LowerCase : TextNormalizer
{
    public override string Normalize(string text, bool isFirst) => text.ToLowerInvariant();
}

/// <summary>Removes combining marks; what carried them stays when the text is in form D.</summary>
internal sealed class WithoutAccents : TextNormalizer
{
    public override string Normalize(string text, bool isFirst)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
                kept.Append(rune.ToString());
        }

        return kept.ToString();
    }
}

/// <summary>Puts a text before each fragment.</summary>
internal sealed class Prepend(string prefix, bool skipsPresent = false) : TextNormalizer
{
    public override string Normalize(string text, bool isFirst) =>
        text.Length == 0 || (skipsPresent && text.StartsWith(prefix, StringComparison.Ordinal)) ? text : prefix + text;
}

/// <summary>Replaces a text, or what a pattern finds.</summary>
internal sealed class Substitute(Regex pattern, string replacement) : TextNormalizer
{
    public override string Normalize(string text, bool isFirst) => pattern.Replace(text, _ => replacement);
}

/// <summary>Removes white space at the ends.</summary>
internal sealed class Trimmed(bool left, bool right) : TextNormalizer
{
    public override string Normalize(string text, bool isFirst)
    {
        text = left ? text.TrimStart() : text;
        return right ? text.TrimEnd() : text;
    }
}
