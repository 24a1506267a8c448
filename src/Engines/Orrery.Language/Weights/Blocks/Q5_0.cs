using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Weights.Blocks;

/// <summary>Scale (float16), the fifth bits of 32 codes, then their other four as in Q4_0.</summary>
internal readonly unsafe struct Q5_0 : IScaledBlock, IBlockWriter
{
    public static TensorType Type => TensorType.Q5_0;

    public static int Length => 32;

    public static int Bytes => 22;

    public static int Group => 32;

    public static int Zero => 16;

    public static bool HasMinimums => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block) => FourBits.Unpack(block + 6) | FourBits.Fifth(block + 2);

    public static void Unpack(byte* block, byte* codes, float* scales, float* minimums)
    {
        scales[0] = BlockRows.ReadHalf(block);
        Codes(block).Store(codes);
    }

    public static void Pack(float* values, byte* block)
    {
        var codes = stackalloc byte[32];
        BlockRows.WriteHalf(block, Rounding.Symmetric(values, 16, codes));
        FourBits.PackFifth(codes, block + 2);
        FourBits.Pack(codes, block + 6);
    }
}
