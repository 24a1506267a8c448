using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Orrery.Language.Weights.Blocks;

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
        var mask = Vector256.Create((byte)0xF);
        Vector256<float> a = default, b = default, minimums = default;
        for (var block = 0; block < column.Length / 256; block++, row += Bytes, codes += 256)
        {
            var (scaleCodes, minimumCodes) = Unpack(row + 4);
            var raised = Vector256.Load(column.RaisedScales + 8 * block);
            var scales = Vector256.ConvertToSingle(scaleCodes) * (raised * HalfScale.Shrunk(row));
            var least = Vector256.Load(column.ValueSums + 8 * block) * (HalfScale.Shrunk(row + 2) * HalfScale.Factor);
            minimums = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(minimumCodes), least, minimums);

            for (var pair = 0; pair < 4; pair++)
            {
                var packed = Vector256.Load(row + 16 + 32 * pair);
                var low = TDots.Add(default, packed & mask, Vector256.Load(codes + 64 * pair));
                var high = TDots.Add(default, (packed.AsUInt16() >> 4).AsByte() & mask, Vector256.Load(codes + 64 * pair + 32));
                a = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(low), Spread(scales, 2 * pair), a);
                b = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(high), Spread(scales, 2 * pair + 1), b);
            }
        }

        return Vector256.Sum(a + b - minimums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Spread(Vector256<float> values, int lane) => Vector256.Shuffle(values, Vector256.Create(lane));

    /// <summary><see cref="SixBitScales"/> in words: four codes at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<int> Scales, Vector256<int> Minimums) Unpack(byte* packed)
    {
        var first = Unsafe.ReadUnaligned<uint>(packed);
        var second = Unsafe.ReadUnaligned<uint>(packed + 4);
        var third = Unsafe.ReadUnaligned<uint>(packed + 8);
        var scalesLow = first & 0x3F3F3F3F;
        var scalesHigh = (third & 0x0F0F0F0F) | (first >> 6 & 0x03030303) << 4;
        var minimumsLow = second & 0x3F3F3F3F;
        var minimumsHigh = (third >> 4 & 0x0F0F0F0F) | (second >> 6 & 0x03030303) << 4;
        return (Widen(scalesLow | (ulong)scalesHigh << 32), Widen(minimumsLow | (ulong)minimumsHigh << 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(ulong bytes)
    {
        var words = Vector128.WidenLower(Vector128.CreateScalar(bytes).AsByte());
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
    }
}
