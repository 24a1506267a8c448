using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Orrery.Vectors.Distances;

/// <summary>
/// Bits that differ. .NET 10 has no VPOPCNTDQ, so vectors count by a table of nibbles (Muła, Kurz, Lemire, arXiv:1611.07612, section 3); the population count of 64 bits is
/// the fallback and counts the tail.
/// </summary>
internal static unsafe class BitKernel
{
    /// <summary>The widest variant that this processor has and that the length fills once.</summary>
    public static long Differences(byte* x, byte* y, int bytes)
    {
        if (Avx512BW.IsSupported && bytes >= 64)
            return Differences512(x, y, bytes);
        return Avx2.IsSupported && bytes >= 32 ? Differences256(x, y, bytes) : DifferencesScalar(x, y, bytes);
    }

    /// <summary>As a rank, exact up to 2²⁴ bits.</summary>
    /// <param name="x">(words)</param>
    /// <param name="y">(words)</param>
    /// <param name="words">Of four bytes.</param>
    public static float Pair(byte* x, byte* y, int words) => Differences(x, y, words * sizeof(int));

    /// <summary>Against the rows of a contiguous block, (rows, words).</summary>
    public static void Block(byte* query, byte* block, int words, int rows, float* sums)
    {
        for (var row = 0; row < rows; row++)
            sums[row] = Pair(query, block + (long)row * words * sizeof(int), words);
    }

    /// <summary>Against chosen rows of a block.</summary>
    public static void Gather(byte* query, byte* block, int words, int* slots, int count, float* sums)
    {
        for (var i = 0; i < count; i++)
            sums[i] = Pair(query, block + (long)slots[i] * words * sizeof(int), words);
    }

    public static long DifferencesScalar(byte* x, byte* y, int bytes)
    {
        long count = 0;
        var i = 0;
        for (; i <= bytes - sizeof(ulong); i += sizeof(ulong))
            count += BitOperations.PopCount(Unsafe.ReadUnaligned<ulong>(x + i) ^ Unsafe.ReadUnaligned<ulong>(y + i));
        for (; i < bytes; i++)
            count += BitOperations.PopCount((uint)(x[i] ^ y[i]));
        return count;
    }

    public static long Differences256(byte* x, byte* y, int bytes)
    {
        var table = Vector256.Create(NibbleCounts, NibbleCounts);
        var nibble = Vector256.Create((byte)15);
        var sum = Vector256<ulong>.Zero;
        var i = 0;
        for (; i <= bytes - 32; i += 32)
        {
            var bits = Vector256.Load(x + i) ^ Vector256.Load(y + i);
            var counts = Avx2.Shuffle(table, bits & nibble) + Avx2.Shuffle(table, (bits.AsUInt16() >> 4).AsByte() & nibble);
            sum += Avx2.SumAbsoluteDifferences(counts, Vector256<byte>.Zero).AsUInt64();
        }

        return (long)Vector256.Sum(sum) + DifferencesScalar(x + i, y + i, bytes - i);
    }

    public static long Differences512(byte* x, byte* y, int bytes)
    {
        var table = Vector512.Create(Vector256.Create(NibbleCounts, NibbleCounts), Vector256.Create(NibbleCounts, NibbleCounts));
        var nibble = Vector512.Create((byte)15);
        var sum = Vector512<ulong>.Zero;
        var i = 0;
        for (; i <= bytes - 64; i += 64)
        {
            var bits = Vector512.Load(x + i) ^ Vector512.Load(y + i);
            var counts = Avx512BW.Shuffle(table, bits & nibble) + Avx512BW.Shuffle(table, (bits.AsUInt16() >> 4).AsByte() & nibble);
            sum += Avx512BW.SumAbsoluteDifferences(counts, Vector512<byte>.Zero).AsUInt64();
        }

        return (long)Vector512.Sum(sum) + DifferencesScalar(x + i, y + i, bytes - i);
    }

    private static Vector128<byte> NibbleCounts => Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
}
