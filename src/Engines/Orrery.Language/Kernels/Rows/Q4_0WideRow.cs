using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Orrery.Language.Weights.Blocks;

namespace Orrery.Language.Kernels.Rows;

/// <summary>
/// Q4_0 four blocks (72 bytes) at a time, where bytes of two registers can be permuted (AVX-512 VBMI): one permutation gathers the codes of four blocks, another their scales. 22 instructions take the
/// place of 44; at 4 bits a row is bound by those and not by memory.
/// </summary>
internal readonly unsafe struct Q4_0WideRow : IRowKernel
{
    /// <summary>2¹¹²: what a half's bits at the place of a float32's lack.</summary>
    public const float Raise = 5192296858534827628530496329220096f;

    private const int Bytes = 18, StepBytes = Bytes * WideColumn.Blocks;

    // The second load begins here, so that it ends with the fourth block.
    private const int Second = StepBytes - 64;

    public static bool IsSupported => Avx512Vbmi.IsSupported && AvxVnni.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(byte* row, in QuantizedColumn column)
    {
        var wide = column.Wide;
        sbyte* codes = wide.Codes;
        float* scales = wide.Scales;
        int* zeros = wide.Zeros;
        // Of each byte: below 64 its place in the first load, else 64 and its place in the second, which begins at byte 8.
        var codePlaces = Vector512.Create(
            (byte)2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
            20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
            38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53,
            56, 57, 58, 59, 60, 61, 62, 63, 120, 121, 122, 123, 124, 125, 126, 127);
        // Of each lane: nothing that counts, nothing, the half's two bytes.
        var scalePlaces = Vector512.Create(
            (byte)0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1,
            18, 18, 18, 19, 18, 18, 18, 19, 18, 18, 18, 19, 18, 18, 18, 19,
            36, 36, 36, 37, 36, 36, 36, 37, 36, 36, 36, 37, 36, 36, 36, 37,
            54, 54, 54, 55, 54, 54, 54, 55, 54, 54, 54, 55, 54, 54, 54, 55);
        var mask = Vector512.Create((byte)0xF);
        Vector512<float> a = default, b = default;
        var step = 0;
        for (; step <= wide.Steps - 2; step += 2, row += 2 * StepBytes, codes += 2 * WideColumn.Values, scales += 32, zeros += 32)
        {
            a = Add(a, row, codes, scales, zeros, codePlaces, scalePlaces, mask);
            b = Add(b, row + StepBytes, codes + WideColumn.Values, scales + 16, zeros + 16, codePlaces, scalePlaces, mask);
        }

        if (step < wide.Steps)
        {
            a = Add(a, row, codes, scales, zeros, codePlaces, scalePlaces, mask);
            row += StepBytes;
        }

        var total = Vector512.Sum(a + b);
        for (var block = wide.Steps * WideColumn.Blocks; block < column.Length / 32; block++, row += Bytes)
            total += One(row, column, block);
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(
        Vector512<float> total, byte* blocks, sbyte* codes, float* scales, int* zeros, Vector512<byte> codePlaces, Vector512<byte> scalePlaces, Vector512<byte> mask)
    {
        var (first, second) = (Vector512.Load(blocks), Vector512.Load(blocks + Second));
        var stored = Avx512Vbmi.PermuteVar64x8x2(first, codePlaces, second);
        var (low, high) = (stored & mask, (stored.AsUInt16() >> 4).AsByte() & mask);
        var left = AvxVnni.MultiplyWideningAndAdd(Vector256.Load(zeros), low.GetLower(), Vector256.Load(codes));
        var right = AvxVnni.MultiplyWideningAndAdd(Vector256.Load(zeros + 8), low.GetUpper(), Vector256.Load(codes + 32));
        left = AvxVnni.MultiplyWideningAndAdd(left, high.GetLower(), Vector256.Load(codes + 64));
        right = AvxVnni.MultiplyWideningAndAdd(right, high.GetUpper(), Vector256.Load(codes + 96));
        // A half in the upper 16 bits, moved by 3 to where float32 has exponent and mantissa, is its value over 2¹¹².
        var halves = Avx512Vbmi.PermuteVar64x8x2(first, scalePlaces, second).AsInt32() >> 3 & Vector512.Create(unchecked((int)0x8FFFE000));
        return Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Vector512.Create(left, right)), halves.AsSingle() * Vector512.Load(scales), total);
    }

    /// <summary>Blocks that make no step.</summary>
    private static float One(byte* block, in QuantizedColumn column, int index)
    {
        var dots = AvxVnni.MultiplyWideningAndAdd(default, Q4_0.Codes(block), Vector256.Load(column.Codes + 32 * index));
        return column.Halves[Unsafe.ReadUnaligned<ushort>(block)] * column.Scales[index] * (Vector256.Sum(dots) - 8 * column.Sums[index]);
    }
}
