using System.Runtime.Intrinsics;

namespace Orrery.Language.Weights.Blocks;

/// <summary>Scale of scales and scale of minimums (float16), <see cref="SixBitScales"/>, then 128 bytes: of each 32 the low halves are a group, the high halves the next.</summary>
internal readonly unsafe struct Q4_K : IBlockFormat, IBlockWriter
{
    public static TensorType Type => TensorType.Q4_K;

    public static int Length => 256;

    public static int Bytes => 144;

    public static int Group => 32;

    public static int Zero => 0;

    public static bool HasMinimums => true;

    public static void Unpack(byte* block, byte* codes, float* scales, float* minimums)
    {
        UnpackScales(block, scales, minimums);
        var packed = block + 16;
        for (var pair = 0; pair < 4; pair++, packed += 32, codes += 64)
        {
            var both = Vector256.Load(packed);
            (both & Vector256.Create((byte)0xF)).Store(codes);
            (both >> 4).Store(codes + 32);
        }
    }

    /// <summary>The head that Q5_K shares.</summary>
    public static void UnpackScales(byte* block, float* scales, float* minimums)
    {
        var (scale, minimum) = (BlockRows.ReadHalf(block), BlockRows.ReadHalf(block + 2));
        for (var group = 0; group < 8; group++)
        {
            var (scaleCode, minimumCode) = SixBitScales.Read(block + 4, group);
            scales[group] = scale * scaleCode;
            minimums[group] = minimum * minimumCode;
        }
    }

    public static void Pack(float* values, byte* block)
    {
        var codes = stackalloc byte[256];
        var scales = stackalloc float[8];
        var minimums = stackalloc float[8];
        for (var group = 0; group < 8; group++)
            (scales[group], minimums[group]) = LeastSquares.Ranged(values + 32 * group, codes + 32 * group);
        PackScales(scales, minimums, block);

        // The codes once more, by the scales as they will be read.
        UnpackScales(block, scales, minimums);
        for (var i = 0; i < 256; i++)
        {
            var (scale, minimum) = (scales[i / 32], minimums[i / 32]);
            codes[i] = scale == 0 ? (byte)0 : (byte)Math.Clamp((int)MathF.Round((values[i] + minimum) / scale), 0, 15);
        }

        var packed = block + 16;
        for (var pair = 0; pair < 4; pair++)
        {
            for (var i = 0; i < 32; i++)
                packed[32 * pair + i] = (byte)(codes[64 * pair + i] | (codes[64 * pair + 32 + i] << 4));
        }
    }

    private static void PackScales(float* scales, float* minimums, byte* block)
    {
        float greatestScale = 0, greatestMinimum = 0;
        for (var group = 0; group < 8; group++)
            (greatestScale, greatestMinimum) = (MathF.Max(greatestScale, scales[group]), MathF.Max(greatestMinimum, minimums[group]));
        BlockRows.WriteHalf(block, greatestScale / 63);
        BlockRows.WriteHalf(block + 2, greatestMinimum / 63);
        var scaleCodes = stackalloc byte[8];
        var minimumCodes = stackalloc byte[8];
        for (var group = 0; group < 8; group++)
        {
            scaleCodes[group] = greatestScale == 0 ? (byte)0 : (byte)MathF.Round(63 * scales[group] / greatestScale);
            minimumCodes[group] = greatestMinimum == 0 ? (byte)0 : (byte)MathF.Round(63 * minimums[group] / greatestMinimum);
        }

        SixBitScales.Write(scaleCodes, minimumCodes, block + 4);
    }
}
