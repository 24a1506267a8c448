namespace Orrery.Language.Tokenizers;

/// <summary>A token that is found in the text before the text is split.</summary>
/// <param name="Id">The token.</param>
/// <param name="Text">The text that it stands for.</param>
/// <param name="NeedsConsent">A control token: found only where the caller parses special tokens.</param>
/// <param name="Trim">White space beside it that it swallows.</param>
internal readonly record struct AddedToken(int Id, string Text, bool NeedsConsent, AddedTokenTrim Trim = AddedTokenTrim.None);

/// <summary>White space beside an added token that belongs to it.</summary>
[Flags]
internal enum AddedTokenTrim
{
    None = 0,
    Left = 1,
    Right = 2,
}
