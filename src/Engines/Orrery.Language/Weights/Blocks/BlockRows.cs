using System.Runtime.CompilerServices;
using Orrery.Language.Kernels;

namespace Orrery.Language.Weights.Blocks;

/// <summary>Rows of quantised blocks from and to float32, block by block.</summary>
internal static unsafe class BlockRows
{
    /// <summary>The longest block, and the most groups in one.</summary>
    public const int MaxLength = 256, MaxGroups = 16;

    public static void Read<T>(byte* blocks, long count, float* values)
        where T : struct, IBlockFormat
    {
        var codes = stackalloc byte[MaxLength];
        var scales = stackalloc float[MaxGroups];
        var minimums = stackalloc float[MaxGroups];
        for (long start = 0; start < count; start += T.Length, blocks += T.Bytes)
        {
            T.Unpack(blocks, codes, scales, minimums);
            for (var i = 0; i < T.Length; i++)
            {
                var value = scales[i / T.Group] * (codes[i] - T.Zero);
                values[start + i] = T.HasMinimums ? value - minimums[i / T.Group] : value;
            }
        }
    }

    public static void Write<T>(float* values, long count, byte* blocks)
        where T : struct, IBlockFormat, IBlockWriter
    {
        for (long start = 0; start < count; start += T.Length, blocks += T.Bytes)
            T.Pack(values + start, blocks);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ReadHalf(byte* address) => HalfTable.Values[Unsafe.ReadUnaligned<ushort>(address)];

    public static void WriteHalf(byte* address, float value) => Unsafe.WriteUnaligned(address, (Half)value);
}
