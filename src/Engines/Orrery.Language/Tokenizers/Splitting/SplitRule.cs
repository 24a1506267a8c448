namespace Orrery.Language.Tokenizers.Splitting;

/// <summary>One cut of a text; a piece never sees what lies outside it.</summary>
internal abstract class SplitRule
{
    /// <param name="piece">One char a character.</param>
    /// <param name="offset">Where the piece begins in the text.</param>
    /// <param name="pieces">Receives what the piece becomes.</param>
    public abstract void Split(ReadOnlySpan<char> piece, int offset, List<(int Start, int Length)> pieces);
}

/// <summary>What becomes of the text that a rule matches.</summary>
internal enum SplitBehavior
{
    /// <summary>A piece of its own.</summary>
    Isolated,

    /// <summary>Thrown away.</summary>
    Removed,

    /// <summary>The end of the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>The beginning of the piece after it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring matches are one piece.</summary>
    Contiguous,
}
