using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Weights.Blocks;

/// <summary>Scale (float16), then 32 signed bytes.</summary>
internal readonly unsafe struct Q8_0 : IScaledBlock, IBlockWriter
{
    public static TensorType Type => TensorType.Q8_0;

    public static int Length => 32;

    public static int Bytes => 34;

    public static int Group => 32;

    public static int Zero => 128;

    public static bool HasMinimums => false;

    /// <summary>Signed bytes become unsigned by flipping the sign bit, which adds 128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Codes(byte* block) => Vector256.Load(block + 2) ^ Vector256.Create((byte)0x80);

    public static void Unpack(byte* block, byte* codes, float* scales, float* minimums)
    {
        scales[0] = BlockRows.ReadHalf(block);
        Codes(block).Store(codes);
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
