using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Orrery.Vectors.NearDuplicates;

/// <summary>Texts as sets of hashed runs of words (Broder 1997, "w-shingling"), so that texts with much in common have similar sets.</summary>
public static class Shingles
{
    /// <summary>
    /// The runs of so many words, each once, in ascending order. Words are letters and digits, compared without case; a text with fewer words than a run has one shingle, of all of them; one without words has none.
    /// The same text gives the same shingles in every release and on every machine. O(characters·words).
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="words">Words of a run: at least 1, default 3. More demand longer passages in common.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer words than 1.</exception>
    public static ulong[] Of(string text, int words = 3)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(words);
        var hashes = Words(text);
        if (hashes.Count == 0)
            return [];
        var (run, shingles) = (Math.Min(words, hashes.Count), new SortedSet<ulong>());
        for (var start = 0; start + run <= hashes.Count; start++)
            shingles.Add(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(hashes).Slice(start, run))));
        return [.. shingles];
    }

    private static List<ulong> Words(string text)
    {
        var (hashes, word) = (new List<ulong>(), new StringBuilder());
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark)
            {
                word.Append(Rune.ToLowerInvariant(rune));
                continue;
            }

            End();
        }

        End();
        return hashes;

        void End()
        {
            if (word.Length > 0)
                hashes.Add(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(word.ToString())));
            word.Clear();
        }
    }
}
