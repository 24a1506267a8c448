using System.Runtime.Intrinsics;

namespace Orrery.Language.Weights.Blocks;

/// <summary>128 bytes of low halves, 64 bytes of the upper two bits, 16 signed scales, scale of scales (float16). Each half of the block is laid out for itself.</summary>
internal readonly unsafe struct Q6_K : IBlockFormat, IBlockWriter
{
    private const int High = 128, Scales = 192, Scale = 208;

    public static TensorType Type => TensorType.Q6_K;

    public static int Length => 256;

    public static int Bytes => 210;

    public static int Group => 16;

    public static int Zero => 32;

    public static bool HasMinimums => false;

    public static void Unpack(byte* block, byte* codes, float* scales, float* minimums)
    {
        var scale = BlockRows.ReadHalf(block + Scale);
        for (var group = 0; group < 16; group++)
            scales[group] = scale * (sbyte)block[Scales + group];
        for (var half = 0; half < 2; half++, codes += 128)
        {
            byte* low = block + 64 * half, high = block + High + 32 * half;
            var (first, second, two) = (Vector256.Load(low), Vector256.Load(low + 32), Vector256.Load(high));
            var (four, upper) = (Vector256.Create((byte)0xF), Vector256.Create((byte)0x30));
            ((first & four) | (two << 4 & upper)).Store(codes);
            ((second & four) | (two << 2 & upper)).Store(codes + 32);
            (first >> 4 | (two & upper)).Store(codes + 64);
            (second >> 4 | (two >> 2 & upper)).Store(codes + 96);
        }
    }

    public static void Pack(float* values, byte* block)
    {
        var scales = stackalloc float[16];
        var largest = 0f;
        for (var group = 0; group < 16; group++)
        {
            scales[group] = LeastSquares.Symmetric(values + 16 * group);
            if (MathF.Abs(scales[group]) > MathF.Abs(largest))
                largest = scales[group];
        }

        BlockRows.WriteHalf(block + Scale, largest / -128);
        for (var group = 0; group < 16; group++)
            block[Scales + group] = (byte)(sbyte)(largest == 0 ? 0 : Math.Clamp(MathF.Round(-128 * scales[group] / largest), -128, 127));

        var scale = BlockRows.ReadHalf(block + Scale);
        var codes = stackalloc byte[256];
        for (var i = 0; i < 256; i++)
        {
            var step = scale * (sbyte)block[Scales + i / 16];
            codes[i] = (byte)(step == 0 ? 32 : 32 + Math.Clamp((int)MathF.Round(values[i] / step), -32, 31));
        }

        PackCodes(codes, block);
    }

    private static void PackCodes(byte* codes, byte* block)
    {
        for (var half = 0; half < 2; half++, codes += 128)
        {
            byte* low = block + 64 * half, high = block + High + 32 * half;
            for (var i = 0; i < 32; i++)
            {
                low[i] = (byte)((codes[i] & 0xF) | codes[i + 64] << 4);
                low[i + 32] = (byte)((codes[i + 32] & 0xF) | codes[i + 96] << 4);
                high[i] = (byte)(codes[i] >> 4 | codes[i + 32] >> 4 << 2 | codes[i + 64] >> 4 << 4 | codes[i + 96] >> 4 << 6);
            }
        }
    }
}
