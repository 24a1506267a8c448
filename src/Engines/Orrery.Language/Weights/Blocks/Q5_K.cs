using System.Runtime.Intrinsics;

namespace Orrery.Language.Weights.Blocks;

/// <summary>The head of <see cref="Q4_K"/>, 32 bytes of fifth bits (bit g of byte i for value i of group g), then the other four bits as in Q4_K.</summary>
internal readonly unsafe struct Q5_K : IBlockFormat
{
    public static TensorType Type => TensorType.Q5_K;

    public static int Length => 256;

    public static int Bytes => 176;

    public static int Group => 32;

    public static int Zero => 0;

    public static bool HasMinimums => true;

    public static void Unpack(byte* block, byte* codes, float* scales, float* minimums)
    {
        Q4_K.UnpackScales(block, scales, minimums);
        byte* fifth = block + 16, packed = block + 48;
        for (var pair = 0; pair < 4; pair++, packed += 32, codes += 64)
        {
            var both = Vector256.Load(packed);
            var bits = Vector256.Load(fifth) >> 2 * pair;
            ((both & Vector256.Create((byte)0xF)) | (bits & Vector256.Create((byte)1)) << 4).Store(codes);
            (both >> 4 | (bits & Vector256.Create((byte)2)) << 3).Store(codes + 32);
        }
    }
}
