using Orrery.Language.Kernels.Rows;

namespace Orrery.Language.Kernels.Tiles;

/// <summary>
/// Many vectors of activations for the matrix products, eight to a group: (groups, blocks of 32 values, 8 steps of 4 values, 8 columns, 4 codes), so that one
/// vector register holds the same four values of eight columns and no product needs a sum across lanes. Columns beyond the last are zeros.
/// </summary>
internal readonly unsafe struct PackedColumns
{
    public const int Width = 8;

    public readonly int Length;
    private readonly byte* _memory;

    public PackedColumns(int length, byte* memory)
    {
        Length = length;
        _memory = memory;
    }

    public int Blocks => Length / 32;

    // Codes, scales, sums of either half (int32) and scale × sum of either half.
    private long GroupBytes => (long)Blocks * (256 + 32 + 64 + 64);

    public static long Bytes(int length, int columns) => (long)(length / 32) * 416 * ((columns + Width - 1) / Width);

    /// <summary>(blocks, 8, 8, 4)</summary>
    public sbyte* Codes(int group) => (sbyte*)(_memory + group * GroupBytes);

    /// <summary>(blocks, 8)</summary>
    public float* Scales(int group) => (float*)(_memory + group * GroupBytes + (long)Blocks * 256);

    /// <summary>(blocks, 2 halves, 8)</summary>
    public int* Sums(int group) => (int*)(_memory + group * GroupBytes + (long)Blocks * 288);

    /// <summary>(blocks, 2 halves, 8)</summary>
    public float* ValueSums(int group) => (float*)(_memory + group * GroupBytes + (long)Blocks * 352);

    /// <summary>Quantises up to eight columns of (columns, stride) into a group.</summary>
    public void Pack(int group, float* values, int stride, int columns)
    {
        var codes = stackalloc sbyte[32];
        for (var column = 0; column < Width; column++)
        {
            uint* target = (uint*)Codes(group) + column;
            for (var block = 0; block < Blocks; block++, target += 64)
            {
                int first = 0, second = 0;
                var scale = 0f;
                if (column < columns)
                    scale = QuantizedColumn.QuantizeGroup(values + (long)column * stride + 32 * block, codes, out first, out second);
                else
                    new Span<sbyte>(codes, 32).Clear();
                for (var step = 0; step < 8; step++)
                    target[8 * step] = ((uint*)codes)[step];
                Scales(group)[8 * block + column] = scale;
                Sums(group)[16 * block + column] = first;
                Sums(group)[16 * block + 8 + column] = second;
                ValueSums(group)[16 * block + column] = scale * first;
                ValueSums(group)[16 * block + 8 + column] = scale * second;
            }
        }
    }
}
