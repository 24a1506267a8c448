namespace Orrery.Language.Weights.Blocks;

/// <summary>Scale (float16), then 32 signed bytes.</summary>
internal readonly unsafe struct Q8_0 : IBlockFormat, IBlockWriter
{
    public static TensorType Type => TensorType.Q8_0;

    public static int Length => 32;

    public static int Bytes => 34;

    public static int Group => 32;

    public static int Zero => 128;

    public static bool HasMinimums => false;

    public static void Unpack(byte* block, byte* codes, float* scales, float* minimums)
    {
        scales[0] = BlockRows.ReadHalf(block);
        for (var i = 0; i < 32; i++)
            codes[i] = (byte)(block[2 + i] ^ 0x80);
    }

    public static void Pack(float* values, byte* block)
    {
        var largest = 0f;
        for (var i = 0; i < 32; i++)
            largest = MathF.Max(largest, MathF.Abs(values[i]));
        var scale = largest / 127;
        var inverse = scale == 0 ? 0 : 1 / scale;
        BlockRows.WriteHalf(block, scale);
        for (var i = 0; i < 32; i++)
            block[2 + i] = (byte)(sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
    }
}
