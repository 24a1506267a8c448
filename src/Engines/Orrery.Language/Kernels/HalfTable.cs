namespace Orrery.Language.Kernels;

/// <summary>
/// All 65,536 halves as float32: .NET 10 exposes no F16C and converts in software. A model's scales span a few octaves, 4 KB of the table each, which the first-level cache
/// holds. Shifting bits and letting a multiplication put the exponent right needs no table, but small scales are subnormal then, and arithmetic with those is so slow that
/// Q4_K, whose scales of scales are small, lost a third of its speed.
/// </summary>
internal static unsafe class HalfTable
{
    private static readonly NativeArray<float> s_values = Fill();

    public static float* Values => s_values.Pointer;

    private static NativeArray<float> Fill()
    {
        var values = new NativeArray<float>(1 << 16);
        for (var bits = 0; bits < 1 << 16; bits++)
            values.Pointer[bits] = (float)BitConverter.UInt16BitsToHalf((ushort)bits);
        return values;
    }
}
