using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Orrery.Language.Kernels.Rows;

/// <summary>Blocks of 18 bytes, zero at code 8: what that adds to the sum is taken back at the end.</summary>
internal readonly unsafe struct Q4_0Row<TDots> : IRowKernel
    where TDots : struct, IDots
{
    private const int Bytes = 18, Zero = 8;

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
        // The same 16 bytes twice, the upper ones shifted: what crosses from byte to byte is masked away.
        var twice = Vector256.Create(Vector128.Load(block + 2)).AsUInt64();
        var shifted = Avx2.IsSupported ? Avx2.ShiftRightLogicalVariable(twice, Vector256.Create(0UL, 0, 4, 4)) : Vector256.Create(twice.GetLower(), twice.GetUpper() >> 4);
        var weights = shifted.AsByte() & Vector256.Create((byte)0xF);
        var dots = TDots.Add(default, weights, Vector256.Load(codes));
        var scales = HalfScale.ShrunkEverywhere(block) * Vector256.Create(*scale);
        total = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dots), scales, total);
        zeros = Vector256.FusedMultiplyAdd(scales, Vector256.Create(*sum), zeros);
    }
}
