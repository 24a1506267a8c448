using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels.Rows;

/// <summary>Blocks of 34 bytes. Bytes become unsigned by flipping the sign bit, which adds 128; what that adds to the sum is taken back at the end.</summary>
internal readonly unsafe struct Q8_0Row<TDots> : IRowKernel
    where TDots : struct, IDots
{
    private const int Bytes = 34, Zero = 128;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(byte* row, in QuantizedColumn column)
    {
        var blocks = column.Length / 32;
        var codes = column.Codes;
        var sums = column.Sums;
        var scales = column.RaisedScales;
        Vector256<float> a = default, b = default, c = default, d = default, zeros = default, otherZeros = default;
        var block = 0;
        for (; block <= blocks - 4; block += 4, row += 4 * Bytes, codes += 128)
        {
            Add(ref a, ref zeros, row, codes, sums + block, scales + block);
            Add(ref b, ref otherZeros, row + Bytes, codes + 32, sums + block + 1, scales + block + 1);
            Add(ref c, ref zeros, row + 2 * Bytes, codes + 64, sums + block + 2, scales + block + 2);
            Add(ref d, ref otherZeros, row + 3 * Bytes, codes + 96, sums + block + 3, scales + block + 3);
        }

        for (; block < blocks; block++, row += Bytes, codes += 32)
            Add(ref a, ref zeros, row, codes, sums + block, scales + block);
        return Vector256.Sum(a + b + (c + d)) - Zero * (zeros + otherZeros).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref Vector256<float> total, ref Vector256<float> zeros, byte* block, sbyte* codes, float* sum, float* scale)
    {
        var weights = Vector256.Load(block + 2) ^ Vector256.Create((byte)0x80);
        var dots = TDots.Add(default, weights, Vector256.Load(codes));
        var scales = HalfScale.ShrunkEverywhere(block) * Vector256.Create(*scale);
        total = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dots), scales, total);
        zeros = Vector256.FusedMultiplyAdd(scales, Vector256.Create(*sum), zeros);
    }
}
