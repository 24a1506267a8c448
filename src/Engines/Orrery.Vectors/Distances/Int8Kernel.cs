using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Vectors.Distances;

/// <summary>
/// Over rows of int8 codes that are padded with zeros to whole vectors of 64 bytes, so that there are no tails and a row of 100 components is read in two cache lines where
/// an unpadded one crosses into a third more often than not.
/// </summary>
internal static unsafe class Int8Kernel
{
    /// <summary>Longest rows whose sums stay below 2³¹.</summary>
    public const int Longest = 1 << 14;

    private const int Line = 64;

    /// <summary>Bytes of a row.</summary>
    public static int Padded(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, Longest);
        return (dimension + Line - 1) & -Line;
    }

    public static float Pair<TTerm>(byte* x, byte* y, int length)
        where TTerm : struct, IIntegerTerm => Vector512.IsHardwareAccelerated
            ? IntegerKernel.Sum512<TTerm, Int8>(x, y, length)
            : Vector256.IsHardwareAccelerated ? IntegerKernel.Sum256<TTerm, Int8>(x, y, length) : IntegerKernel.Sum128<TTerm, Int8>(x, y, length);

    public static void Block<TTerm>(byte* query, byte* block, int length, int rows, float* sums)
        where TTerm : struct, IIntegerTerm
    {
        var row = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; row <= rows - 4; row += 4, block += 4L * length)
                Four512<TTerm>(query, block, block + length, block + 2L * length, block + 3L * length, length, sums + row);
        }

        for (; row < rows; row++, block += length)
            sums[row] = Pair<TTerm>(query, block, length);
    }

    public static void Gather<TTerm>(byte* query, byte* block, int length, int* slots, int count, float* sums)
        where TTerm : struct, IIntegerTerm
    {
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= count - 4; i += 4)
            {
                Four512<TTerm>(
                    query, block + (long)slots[i] * length, block + (long)slots[i + 1] * length, block + (long)slots[i + 2] * length,
                    block + (long)slots[i + 3] * length, length, sums + i);
            }
        }

        for (; i < count; i++)
            sums[i] = Pair<TTerm>(query, block + (long)slots[i] * length, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four512<TTerm>(byte* query, byte* first, byte* second, byte* third, byte* fourth, int length, float* sums)
        where TTerm : struct, IIntegerTerm
    {
        Vector512<int> a = default, b = default, c = default, d = default;
        for (var i = 0; i < length; i += 32)
        {
            var q = Int8.Load512(query + i);
            a = TTerm.Add(a, q, Int8.Load512(first + i));
            b = TTerm.Add(b, q, Int8.Load512(second + i));
            c = TTerm.Add(c, q, Int8.Load512(third + i));
            d = TTerm.Add(d, q, Int8.Load512(fourth + i));
        }

        FourSums.Store(a, b, c, d, sums);
    }
}
