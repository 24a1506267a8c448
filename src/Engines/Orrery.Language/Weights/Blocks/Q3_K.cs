using System.Runtime.Intrinsics;

namespace Orrery.Language.Weights.Blocks;

/// <summary>32 bytes of third bits (bit g of byte i for value i of 32-group g), 64 bytes of the other two as in <see cref="Q2_K"/>, 16 scales of 6 bits in 12 bytes, their scale (float16).</summary>
internal readonly unsafe struct Q3_K : IBlockFormat
{
    public static TensorType Type => TensorType.Q3_K;

    public static int Length => 256;

    public static int Bytes => 110;

    public static int Group => 16;

    public static int Zero => 4;

    public static bool HasMinimums => false;

    public static void Unpack(byte* block, byte* codes, float* scales, float* minimums)
    {
        var scale = BlockRows.ReadHalf(block + 108);
        var packed = block + 96;
        for (var group = 0; group < 16; group++)
        {
            // Low 4 bits: bytes 0–7, first below then above; high 2 bits: bytes 8–11, one pair of bits a quarter.
            var low = group < 8 ? packed[group] & 0xF : packed[group - 8] >> 4;
            var high = packed[8 + group % 4] >> group / 4 * 2 & 3;
            scales[group] = scale * ((low | high << 4) - 32);
        }

        var third = Vector256.Load(block);
        for (var group = 0; group < 8; group++)
        {
            var low = Vector256.Load(block + 32 + group / 4 * 32) >> group % 4 * 2 & Vector256.Create((byte)3);
            (low | (third >> group & Vector256<byte>.One) << 2).Store(codes + 32 * group);
        }
    }
}
