namespace Orrery.Language.Grammars.Matching;

/// <summary>
/// A grammar over bytes, ready to run. A rule is a list of alternatives; an alternative is a run of symbols in <see cref="Symbols"/> that ends with
/// <see cref="End"/>. A symbol below zero is a rule (its number's complement), else it is a set of bytes.
/// </summary>
/// <param name="Symbols">All alternatives one after another.</param>
/// <param name="Alternatives">For each rule where its alternatives begin.</param>
/// <param name="Sets">The sets of bytes.</param>
internal sealed record Productions(int[] Symbols, int[][] Alternatives, ByteSet[] Sets)
{
    public const int End = int.MaxValue;

    /// <summary>The rule that is the language.</summary>
    public const int Root = 0;
}

/// <summary>A set of bytes: one bit each.</summary>
internal readonly record struct ByteSet(ulong A, ulong B, ulong C, ulong D)
{
    public bool Contains(byte value) => ((value >> 6) switch { 0 => A, 1 => B, 2 => C, _ => D } >> (value & 63) & 1) != 0;

    public static ByteSet Range(int first, int last)
    {
        Span<ulong> words = stackalloc ulong[4];
        for (var value = first; value <= last; value++)
            words[value >> 6] |= 1UL << (value & 63);
        return new ByteSet(words[0], words[1], words[2], words[3]);
    }
}
