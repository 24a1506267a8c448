using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels.Rows;

/// <summary>Blocks of 210 bytes, a scale for each 16 codes, zero at code 32: what it adds is taken back by the sums of 16.</summary>
internal readonly unsafe struct Q6_KRow<TDots> : IRowKernel
    where TDots : struct, IDots
{
    private const int Bytes = 210;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(byte* row, in QuantizedColumn column)
    {
        var codes = column.Codes;
        var (four, two) = (Vector256.Create((byte)0xF), Vector256.Create((byte)0x30));
        Vector256<float> a = default, b = default, zeros = default;
        for (var block = 0; block < column.Length / 256; block++, row += Bytes)
        {
            var factor = column.Halves[Unsafe.ReadUnaligned<ushort>(row + 208)];
            for (var half = 0; half < 2; half++, codes += 128)
            {
                var signed = Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(row + 192 + 8 * half)).AsSByte());
                var scales = Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(signed), Vector128.WidenUpper(signed))) * factor;
                zeros = Vector256.FusedMultiplyAdd(scales, Vector256.Load(column.HalfSums + 16 * block + 8 * half), zeros);

                var (low, next) = (Vector256.Load(row + 64 * half), Vector256.Load(row + 64 * half + 32));
                var high = Vector256.Load(row + 128 + 32 * half).AsUInt16();
                var group = column.Scales + 8 * block + 4 * half;
                a = Add(a, (low & four) | ((high << 4).AsByte() & two), codes, scales, 0, group[0]);
                b = Add(b, (next & four) | ((high << 2).AsByte() & two), codes + 32, scales, 2, group[1]);
                a = Add(a, ((low.AsUInt16() >> 4).AsByte() & four) | (high.AsByte() & two), codes + 64, scales, 4, group[2]);
                b = Add(b, ((next.AsUInt16() >> 4).AsByte() & four) | ((high >> 2).AsByte() & two), codes + 96, scales, 6, group[3]);
            }
        }

        return Vector256.Sum(a + b - 32 * zeros);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(Vector256<float> total, Vector256<byte> weights, sbyte* codes, Vector256<float> scales, int lane, float scale)
    {
        var dots = TDots.Add(default, weights, Vector256.Load(codes));
        var spread = Spread.Lanes(scales, Vector256.Create(lane, lane, lane, lane, lane + 1, lane + 1, lane + 1, lane + 1));
        return Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dots), spread * Vector256.Create(scale), total);
    }
}
