using System.Runtime.Intrinsics;

namespace Orrery.Language.Weights.Blocks;

/// <summary>Scale and minimum (float16), the fifth bits of 32 codes, then their other four as in Q4_0.</summary>
internal readonly unsafe struct Q5_1 : IBlockFormat, IBlockWriter
{
    public static TensorType Type => TensorType.Q5_1;

    public static int Length => 32;

    public static int Bytes => 24;

    public static int Group => 32;

    public static int Zero => 0;

    public static bool HasMinimums => true;

    public static void Unpack(byte* block, byte* codes, float* scales, float* minimums)
    {
        scales[0] = BlockRows.ReadHalf(block);
        minimums[0] = -BlockRows.ReadHalf(block + 2);
        (FourBits.Unpack(block + 8) | FourBits.Fifth(block + 4)).Store(codes);
    }

    public static void Pack(float* values, byte* block)
    {
        var codes = stackalloc byte[32];
        var (scale, minimum) = Rounding.Ranged(values, 31, codes);
        BlockRows.WriteHalf(block, scale);
        BlockRows.WriteHalf(block + 2, minimum);
        FourBits.PackFifth(codes, block + 4);
        FourBits.Pack(codes, block + 8);
    }
}
