using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels.Rows;

/// <summary>Blocks of 34 bytes. Bytes become unsigned by flipping the sign bit, which adds 128; the sums start at −128 × Σ codes to take it back.</summary>
internal readonly unsafe struct Q8_0Row<TDots> : IRowKernel
    where TDots : struct, IDots
{
    private const int Bytes = 34;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(byte* row, in QuantizedColumn column)
    {
        var blocks = column.Length / 32;
        var codes = column.Codes;
        var sums = column.Sums;
        var scales = column.RaisedScales;
        Vector256<float> a = default, b = default, c = default, d = default;
        var block = 0;
        for (; block <= blocks - 4; block += 4, row += 4 * Bytes, codes += 128)
        {
            a = Add(a, row, codes, sums[block], scales[block]);
            b = Add(b, row + Bytes, codes + 32, sums[block + 1], scales[block + 1]);
            c = Add(c, row + 2 * Bytes, codes + 64, sums[block + 2], scales[block + 2]);
            d = Add(d, row + 3 * Bytes, codes + 96, sums[block + 3], scales[block + 3]);
        }

        for (; block < blocks; block++, row += Bytes, codes += 32)
            a = Add(a, row, codes, sums[block], scales[block]);
        return Vector256.Sum(a + b + (c + d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(Vector256<float> total, byte* block, sbyte* codes, int sum, float scale)
    {
        var weights = Vector256.Load(block + 2) ^ Vector256.Create((byte)0x80);
        var dots = TDots.Add(Vector256.CreateScalar(-128 * sum), weights, Vector256.Load(codes));
        return Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dots), Vector256.Create(HalfScale.Shrunk(block) * scale), total);
    }
}
