namespace Orrery.Language.Weights.Blocks;

/// <summary>Scale (float16), then 32 codes of 4 bits: the low halves of 16 bytes are the first 16 values, the high halves the others.</summary>
internal readonly unsafe struct Q4_0 : IBlockFormat, IBlockWriter
{
    public static TensorType Type => TensorType.Q4_0;

    public static int Length => 32;

    public static int Bytes => 18;

    public static int Group => 32;

    public static int Zero => 8;

    public static bool HasMinimums => false;

    public static void Unpack(byte* block, byte* codes, float* scales, float* minimums)
    {
        scales[0] = BlockRows.ReadHalf(block);
        FourBits.Unpack(block + 2, codes);
    }

    public static void Pack(float* values, byte* block)
    {
        var codes = stackalloc byte[32];
        BlockRows.WriteHalf(block, Rounding.Symmetric(values, 8, codes));
        FourBits.Pack(codes, block + 2);
    }
}
