using System.Text.RegularExpressions;

namespace Orrery.Language.Tokenizers.Normalizers;

/// <summary>When a mark for a space is put before a text.</summary>
internal enum SpacePrefix
{
    Never,
    First,
    Always,
}

/// <summary>SentencePiece's spaces: runs may shrink to one, a space may come first, and <c>▁</c> stands for each.</summary>
/// <param name="prefix">Whether the text gets a space before it.</param>
/// <param name="removesExtra">Trims the text and makes one space of several.</param>
/// <param name="skipsMarked">No second mark before a text that has one already.</param>
internal sealed partial class SpaceMarks(SpacePrefix prefix, bool removesExtra = false, bool skipsMarked = false) : TextNormalizer
{
    public override string Normalize(string text, bool isFirst)
    {
        if (removesExtra)
            text = Spaces().Replace(text.Trim(' '), " ");
        text = text.Replace(' ', '▁');
        var isPrefixed = text.Length > 0 && (prefix == SpacePrefix.Always || (prefix == SpacePrefix.First && isFirst));
        return isPrefixed && !(skipsMarked && text[0] == '▁') ? "▁" + text : text;
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();
}
