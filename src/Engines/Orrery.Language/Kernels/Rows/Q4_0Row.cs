using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels.Rows;

/// <summary>Blocks of 18 bytes, zero at code 8.</summary>
internal readonly unsafe struct Q4_0Row<TDots> : IRowKernel
    where TDots : struct, IDots
{
    private const int Bytes = 18;

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
        var packed = Vector128.Load(block + 2);
        var weights = Vector256.Create(packed, (packed.AsUInt16() >> 4).AsByte()) & Vector256.Create((byte)0xF);
        var dots = TDots.Add(Vector256.CreateScalar(-8 * sum), weights, Vector256.Load(codes));
        return Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dots), Vector256.Create(HalfScale.Shrunk(block) * scale), total);
    }
}
