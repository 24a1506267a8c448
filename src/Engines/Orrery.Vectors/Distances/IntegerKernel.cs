using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Vectors.Distances;

/// <summary>Σ term(xᵢ, yᵢ) of two vectors of 8-bit integers, exactly. Tails are the last full vector again, as in <see cref="PairKernel"/>.</summary>
internal static unsafe class IntegerKernel
{
    // 2¹⁴ addends of at most 255² stay below 2³¹, all lanes together.
    private const int Chunk = 1 << 14;

    /// <summary>The widest variant that this processor has and that the length fills once.</summary>
    public static long Sum<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, IIntegerTerm
        where TElement : struct, IIntegerElement
    {
        long sum = 0;
        for (; length > Chunk; length -= Chunk, x += Chunk, y += Chunk)
            sum += SumChunk<TTerm, TElement>(x, y, Chunk);
        return sum + SumChunk<TTerm, TElement>(x, y, length);
    }

    /// <summary>The sum as float32, as all row kernels give it.</summary>
    public static float Pair<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, IIntegerTerm
        where TElement : struct, IIntegerElement => Sum<TTerm, TElement>(x, y, length);

    /// <summary>A query against the rows of a contiguous block, (rows, dimension).</summary>
    public static void Block<TTerm, TElement>(byte* query, byte* block, int dimension, int rows, float* sums)
        where TTerm : struct, IIntegerTerm
        where TElement : struct, IIntegerElement
    {
        for (var row = 0; row < rows; row++)
            sums[row] = Sum<TTerm, TElement>(query, block + (long)row * dimension, dimension);
    }

    /// <summary>A query against chosen rows of a block.</summary>
    public static void Gather<TTerm, TElement>(byte* query, byte* block, int dimension, int* slots, int count, float* sums)
        where TTerm : struct, IIntegerTerm
        where TElement : struct, IIntegerElement
    {
        for (var i = 0; i < count; i++)
            sums[i] = Sum<TTerm, TElement>(query, block + (long)slots[i] * dimension, dimension);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SumChunk<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, IIntegerTerm
        where TElement : struct, IIntegerElement
    {
        if (Vector512.IsHardwareAccelerated && length >= Vector512<short>.Count)
            return Sum512<TTerm, TElement>(x, y, length);
        if (Vector256.IsHardwareAccelerated && length >= Vector256<short>.Count)
            return Sum256<TTerm, TElement>(x, y, length);
        return length >= Vector128<short>.Count ? Sum128<TTerm, TElement>(x, y, length) : SumScalar<TTerm, TElement>(x, y, length);
    }

    public static int SumScalar<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, IIntegerTerm
        where TElement : struct, IIntegerElement
    {
        var sum = 0;
        for (var i = 0; i < length; i++)
            sum += TTerm.Term(TElement.Load(x + i), TElement.Load(y + i));
        return sum;
    }

    /// <summary>Needs 8 to 16,384 components.</summary>
    public static int Sum128<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, IIntegerTerm
        where TElement : struct, IIntegerElement
    {
        var sum = Vector128<int>.Zero;
        var i = 0;
        for (; i <= length - 8; i += 8)
            sum = TTerm.Add(sum, TElement.Load128(x + i), TElement.Load128(y + i));
        if (i < length)
        {
            var mask = Vector128.GreaterThan(Vector128<short>.Indices, Vector128.Create((short)(7 - (length - i))));
            sum = TTerm.Add(sum, TElement.Load128(x + length - 8) & mask, TElement.Load128(y + length - 8) & mask);
        }

        return Vector128.Sum(sum);
    }

    /// <summary>Needs 16 to 16,384 components.</summary>
    public static int Sum256<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, IIntegerTerm
        where TElement : struct, IIntegerElement
    {
        Vector256<int> a = default, b = default;
        var i = 0;
        for (; i <= length - 32; i += 32)
        {
            a = TTerm.Add(a, TElement.Load256(x + i), TElement.Load256(y + i));
            b = TTerm.Add(b, TElement.Load256(x + i + 16), TElement.Load256(y + i + 16));
        }

        if (i <= length - 16)
        {
            a = TTerm.Add(a, TElement.Load256(x + i), TElement.Load256(y + i));
            i += 16;
        }

        if (i < length)
        {
            var mask = Vector256.GreaterThan(Vector256<short>.Indices, Vector256.Create((short)(15 - (length - i))));
            b = TTerm.Add(b, TElement.Load256(x + length - 16) & mask, TElement.Load256(y + length - 16) & mask);
        }

        return Vector256.Sum(a + b);
    }

    /// <summary>Needs 32 to 16,384 components.</summary>
    public static int Sum512<TTerm, TElement>(byte* x, byte* y, int length)
        where TTerm : struct, IIntegerTerm
        where TElement : struct, IIntegerElement
    {
        Vector512<int> a = default, b = default;
        var i = 0;
        for (; i <= length - 64; i += 64)
        {
            a = TTerm.Add(a, TElement.Load512(x + i), TElement.Load512(y + i));
            b = TTerm.Add(b, TElement.Load512(x + i + 32), TElement.Load512(y + i + 32));
        }

        if (i <= length - 32)
        {
            a = TTerm.Add(a, TElement.Load512(x + i), TElement.Load512(y + i));
            i += 32;
        }

        if (i < length)
        {
            var mask = Vector512.GreaterThan(Vector512<short>.Indices, Vector512.Create((short)(31 - (length - i))));
            b = TTerm.Add(b, TElement.Load512(x + length - 32) & mask, TElement.Load512(y + length - 32) & mask);
        }

        return Vector512.Sum(a + b);
    }
}
