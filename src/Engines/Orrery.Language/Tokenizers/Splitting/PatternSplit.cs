using System.Text.RegularExpressions;

namespace Orrery.Language.Tokenizers.Splitting;

/// <summary>Cuts at the matches of an expression.</summary>
/// <param name="pattern">Must not depend on text outside the piece.</param>
/// <param name="behavior">What becomes of a match.</param>
/// <param name="isInverted">The text between the matches counts as matched, and the matches as the rest.</param>
internal sealed class PatternSplit(Regex pattern, SplitBehavior behavior = SplitBehavior.Isolated, bool isInverted = false) : SplitRule
{
    public override void Split(ReadOnlySpan<char> piece, int offset, List<(int Start, int Length)> pieces)
    {
        var writer = new PieceWriter(behavior, pieces);
        var done = 0;
        foreach (var match in pattern.EnumerateMatches(piece))
        {
            if (match.Length == 0)
                continue;
            writer.Add(offset + done, match.Index - done, isInverted);
            writer.Add(offset + match.Index, match.Length, !isInverted);
            done = match.Index + match.Length;
        }

        writer.Add(offset + done, piece.Length - done, isInverted);
    }
}

/// <summary>Cuts by a property of single characters.</summary>
internal sealed class CharacterSplit(Func<char, bool> matches, SplitBehavior behavior) : SplitRule
{
    public override void Split(ReadOnlySpan<char> piece, int offset, List<(int Start, int Length)> pieces)
    {
        var writer = new PieceWriter(behavior, pieces);
        var start = 0;
        for (var i = 0; i < piece.Length; i++)
        {
            if (!matches(piece[i]))
                continue;
            writer.Add(offset + start, i - start, isMatch: false);
            writer.Add(offset + i, 1, isMatch: true);
            start = i + 1;
        }

        writer.Add(offset + start, piece.Length - start, isMatch: false);
    }
}

/// <summary>Joins matches and the text between them as a behaviour says.</summary>
internal struct PieceWriter(SplitBehavior behavior, List<(int Start, int Length)> pieces)
{
    private readonly int _first = pieces.Count;
    private bool _lastIsMatch;

    public void Add(int start, int length, bool isMatch)
    {
        if (length == 0)
            return;
        var hasLast = pieces.Count > _first;
        var joins = behavior switch
        {
            SplitBehavior.MergedWithPrevious => isMatch && hasLast && !_lastIsMatch,
            SplitBehavior.MergedWithNext => !isMatch && hasLast && _lastIsMatch,
            SplitBehavior.Contiguous => isMatch && hasLast && _lastIsMatch,
            _ => false,
        };
        _lastIsMatch = isMatch;
        if (isMatch && behavior == SplitBehavior.Removed)
            return;
        if (joins)
            pieces[^1] = (pieces[^1].Start, pieces[^1].Length + length);
        else
            pieces.Add((start, length));
    }
}
