using System.Globalization;
using System.Text;

namespace Orrery.Language.Tokenizers.Splitting;

/// <summary>
/// The text with one char a character. .NET's expressions see UTF-16, in which half of an emoji or of a Gothic letter is neither letter nor symbol; here each
/// character beyond U+FFFF is replaced by one of the same general category, so that <c>\p{L}</c> means what the model's authors meant.
/// </summary>
internal readonly struct CharacterShadow
{
    private readonly int[]? _places;

    private CharacterShadow(string characters, int[]? places)
    {
        Characters = characters;
        _places = places;
    }

    /// <summary>One char for each character of the text.</summary>
    public string Characters { get; }

    public static CharacterShadow Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return new(text, null);
        var characters = new StringBuilder(text.Length);
        var places = new List<int>(text.Length + 1);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            characters.Append(rune.IsBmp ? (char)rune.Value : StandIn(rune));
            places.Add(at);
            at += rune.Utf16SequenceLength;
        }

        places.Add(at);
        return new(characters.ToString(), [.. places]);
    }

    /// <summary>Turns pieces of the shadow into pieces of the text.</summary>
    public void MapBack(List<(int Start, int Length)> pieces)
    {
        if (_places is null)
            return;
        for (var i = 0; i < pieces.Count; i++)
        {
            var (start, length) = pieces[i];
            pieces[i] = (_places[start], _places[start + length] - _places[start]);
        }
    }

    /// <summary>A character of the same category in the basic plane that no family's expression names: DeepSeek's list U+0800–U+9FA5 as ideographs, for one.</summary>
    private static char StandIn(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // The alphabets with two cases that DeepSeek's expression lists (Deseret to Adlam) stay with Latin there; mathematical letters do not.
        UnicodeCategory.UppercaseLetter => IsListedAlphabet(rune.Value) ? 'Ā' : '\uA7F5',
        UnicodeCategory.LowercaseLetter => IsListedAlphabet(rune.Value) ? 'ā' : '\uA7F6',
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.ModifierLetter => 'ʰ',
        UnicodeCategory.OtherLetter => 'ƻ',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\uA983',
        UnicodeCategory.EnclosingMark => '\u0488',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\uA6E6',
        UnicodeCategory.OtherNumber => '\u00B2',
        UnicodeCategory.DashPunctuation => '\u058A',
        UnicodeCategory.OpenPunctuation => '\uFE35',
        UnicodeCategory.ClosePunctuation => '\uFE36',
        UnicodeCategory.ConnectorPunctuation => '\uFE33',
        UnicodeCategory.OtherPunctuation => '\u0589',
        UnicodeCategory.MathSymbol => '\u03F6',
        UnicodeCategory.CurrencySymbol => '\u058F',
        UnicodeCategory.ModifierSymbol => '\u02C2',
        UnicodeCategory.OtherSymbol => '\u00A6',
        UnicodeCategory.Format => '\u061C',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\uFFFF',
    };

    private static bool IsListedAlphabet(int value) => value is
        (>= 0x10400 and <= 0x1044F) or (>= 0x104B0 and <= 0x104D3) or (>= 0x104D8 and <= 0x104FB) or (>= 0x10C80 and <= 0x10CB2)
        or (>= 0x10CC0 and <= 0x10CF2) or (>= 0x118A0 and <= 0x118DF) or (>= 0x1E900 and <= 0x1E943);
}
