using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Orrery.Language.Weights.Blocks;

namespace Orrery.Language.Kernels.Rows;

/// <summary>Blocks of 32 codes with one scale. Products are of unsigned codes; what their zero point adds to the sum is taken back at the end.</summary>
internal readonly unsafe struct ScaledRow<TBlock, TDots> : IRowKernel
    where TBlock : struct, IScaledBlock
    where TDots : struct, IDots
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(byte* row, in QuantizedColumn column)
    {
        var blocks = column.Length / 32;
        var codes = column.Codes;
        var sums = column.Sums;
        var scales = column.Scales;
        var halves = column.Halves;
        Vector256<float> a = default, b = default, c = default, d = default, zeros = default, otherZeros = default;
        var block = 0;
        for (; block <= blocks - 4; block += 4, row += 4 * TBlock.Bytes, codes += 128)
        {
            Add(ref a, ref zeros, row, halves, codes, sums + block, scales + block);
            Add(ref b, ref otherZeros, row + TBlock.Bytes, halves, codes + 32, sums + block + 1, scales + block + 1);
            Add(ref c, ref zeros, row + 2 * TBlock.Bytes, halves, codes + 64, sums + block + 2, scales + block + 2);
            Add(ref d, ref otherZeros, row + 3 * TBlock.Bytes, halves, codes + 96, sums + block + 3, scales + block + 3);
        }

        for (; block < blocks; block++, row += TBlock.Bytes, codes += 32)
            Add(ref a, ref zeros, row, halves, codes, sums + block, scales + block);
        return Vector256.Sum(a + b + (c + d)) - TBlock.Zero * (zeros + otherZeros).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref Vector256<float> total, ref Vector256<float> zeros, byte* block, float* halves, sbyte* codes, float* sum, float* scale)
    {
        var dots = TDots.Add(default, TBlock.Codes(block), Vector256.Load(codes));
        var scales = Vector256.Create(halves[Unsafe.ReadUnaligned<ushort>(block)]) * Vector256.Create(*scale);
        total = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dots), scales, total);
        zeros = Vector256.FusedMultiplyAdd(scales, Vector256.Create(*sum), zeros);
    }
}
