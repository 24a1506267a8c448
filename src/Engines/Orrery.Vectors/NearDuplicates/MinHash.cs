using System.Runtime.CompilerServices;
using Orrery.Statistics;

namespace Orrery.Vectors.NearDuplicates;

/// <summary>
/// Signatures of sets whose equal entries estimate how much of the sets is common (Broder 1997): each entry is the least of the set's items under a hash, and two sets have the same least item with a
/// chance of their Jaccard similarity. The error of an estimate is about √(s(1 − s) / hashes). Immutable and thread-safe.
/// </summary>
public sealed class MinHash
{
    private readonly ulong[] _factors;
    private readonly ulong[] _shifts;

    /// <summary>Draws the hashes.</summary>
    /// <param name="hashes">Entries of a signature: at least 1, default 128.</param>
    /// <param name="seed">Signatures of one seed can be compared.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer hashes than 1.</exception>
    public MinHash(int hashes = 128, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hashes);
        var random = new SeededRandom(seed);
        _factors = new ulong[hashes];
        _shifts = new ulong[hashes];
        for (var i = 0; i < hashes; i++)
            (_factors[i], _shifts[i]) = (random.NextBits() | 1, random.NextBits());
    }

    /// <summary>Entries of a signature.</summary>
    public int Hashes => _factors.Length;

    /// <summary>Writes the signature of a set of hashed items. Items that stand several times count once; of no items it is all ones, which only another empty set has. O(items·hashes).</summary>
    /// <param name="items">In any order. They need not be hashed well: they are mixed first.</param>
    /// <param name="signature">(hashes)</param>
    /// <exception cref="ArgumentException">The signature has another length.</exception>
    public void Sign(ReadOnlySpan<ulong> items, Span<uint> signature)
    {
        Check(signature.Length, nameof(signature));
        signature.Fill(uint.MaxValue);
        foreach (var item in items)
        {
            var mixed = Mix(item);
            for (var i = 0; i < signature.Length; i++)
            {
                // Multiply-add-shift (Dietzfelbinger 1996): universal, without a division.
                var hash = (uint)(((_factors[i] * mixed) + _shifts[i]) >> 32);
                signature[i] = Math.Min(signature[i], Math.Min(hash, uint.MaxValue - 1));
            }
        }
    }

    /// <summary>The part of entries that are equal: an estimate of the Jaccard similarity. O(hashes).</summary>
    /// <exception cref="ArgumentException">A signature has another length.</exception>
    public double Similarity(ReadOnlySpan<uint> x, ReadOnlySpan<uint> y)
    {
        Check(x.Length, nameof(x));
        Check(y.Length, nameof(y));
        var equal = 0;
        for (var i = 0; i < x.Length; i++)
            equal += x[i] == y[i] ? 1 : 0;
        return (double)equal / x.Length;
    }

    private void Check(int length, string parameter)
    {
        if (length != Hashes)
            throw new ArgumentException($"Expected a signature of {Hashes} entries; got {length}.", parameter);
    }

    /// <summary>SplitMix64's finaliser.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
