namespace Orrery.Language.Tokenizers.Splitting;

/// <summary>Cuts a normalised text into the pieces that subwords may not cross.</summary>
internal sealed class TextSplitter(params SplitRule[] rules)
{
    /// <summary>The whole text is one piece.</summary>
    public static TextSplitter None { get; } = new();

    /// <summary>The pieces in order, as start and length; each rule cuts what the rule before it left.</summary>
    public List<(int Start, int Length)> Split(string text)
    {
        var pieces = new List<(int Start, int Length)> { (0, text.Length) };
        if (rules.Length == 0)
            return pieces;
        var shadow = CharacterShadow.Of(text);
        pieces[0] = (0, shadow.Characters.Length);
        var next = new List<(int Start, int Length)>();
        foreach (var rule in rules)
        {
            next.Clear();
            foreach (var piece in pieces)
                rule.Split(shadow.Characters.AsSpan(piece.Start, piece.Length), piece.Start, next);
            (pieces, next) = (next, pieces);
        }

        shadow.MapBack(pieces);
        return pieces;
    }
}
