using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels.Rows;

/// <summary>Blocks of 144 bytes: the scales of all eight groups are unpacked at once, each then spread over the sums of its group.</summary>
internal readonly unsafe struct Q4_KRow<TDots> : IRowKernel
    where TDots : struct, IDots
{
    private const int Bytes = 144;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(byte* row, in QuantizedColumn column)
    {
        var codes = column.Codes;
        var activationScales = column.Scales;
        var halves = column.Halves;
        var sums = column.ValueSums;
        var blocks = column.Length / 256;
        Vector256<float> a = default, b = default, c = default, d = default, minimums = default;
        for (var block = 0; block < blocks; block++, row += Bytes, codes += 256, activationScales += 8, sums += 8)
        {
            PackedScales.Unpack(row + 4, out var scaleCodes, out var minimumCodes);
            var scales = Vector256.ConvertToSingle(scaleCodes) * (Vector256.Load(activationScales) * halves[Unsafe.ReadUnaligned<ushort>(row)]);
            var least = Vector256.Load(sums) * halves[Unsafe.ReadUnaligned<ushort>(row + 2)];
            minimums = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(minimumCodes), least, minimums);
            Add(ref a, ref b, row + 16, codes, scales, 0);
            Add(ref c, ref d, row + 48, codes + 64, scales, 2);
            Add(ref a, ref b, row + 80, codes + 128, scales, 4);
            Add(ref c, ref d, row + 112, codes + 192, scales, 6);
        }

        return Vector256.Sum(a + b + (c + d) - minimums);
    }

    /// <summary>32 bytes: the low halves are one group, the high halves the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref Vector256<float> a, ref Vector256<float> b, byte* stored, sbyte* codes, Vector256<float> scales, int group)
    {
        var mask = Vector256.Create((byte)0xF);
        var packed = Vector256.Load(stored);
        var first = TDots.Add(default, packed & mask, Vector256.Load(codes));
        var second = TDots.Add(default, (packed.AsUInt16() >> 4).AsByte() & mask, Vector256.Load(codes + 32));
        a = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(first), Spread.Lanes(scales, Vector256.Create(group)), a);
        b = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(second), Spread.Lanes(scales, Vector256.Create(group + 1)), b);
    }
}
