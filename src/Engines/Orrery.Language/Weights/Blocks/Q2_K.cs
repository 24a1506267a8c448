using System.Runtime.Intrinsics;

namespace Orrery.Language.Weights.Blocks;

/// <summary>16 scales (low half) and minimums (high half), 64 bytes of 2-bit codes (bits 2g, 2g+1 of byte i of a half for value i of its 32-group g), their two scales (float16).</summary>
internal readonly unsafe struct Q2_K : IBlockFormat
{
    public static TensorType Type => TensorType.Q2_K;

    public static int Length => 256;

    public static int Bytes => 84;

    public static int Group => 16;

    public static int Zero => 0;

    public static bool HasMinimums => true;

    public static void Unpack(byte* block, byte* codes, float* scales, float* minimums)
    {
        var (scale, minimum) = (BlockRows.ReadHalf(block + 80), BlockRows.ReadHalf(block + 82));
        for (var group = 0; group < 16; group++)
        {
            scales[group] = scale * (block[group] & 0xF);
            minimums[group] = minimum * (block[group] >> 4);
        }

        for (var group = 0; group < 8; group++)
            (Vector256.Load(block + 16 + group / 4 * 32) >> group % 4 * 2 & Vector256.Create((byte)3)).Store(codes + 32 * group);
    }
}
