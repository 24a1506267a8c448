using Orrery.Language.Weights.Blocks;

namespace Orrery.Language.Kernels.Tiles;

/// <summary>
/// Up to 32 stored rows with all columns. The rows are unpacked once; then sixteen columns at a time, which the first-level cache holds, pass by all of them:
/// the columns come 32 rows apart from the second level, the rows at a quarter of the columns' bytes.
/// </summary>
internal static unsafe class TileRows
{
    public const int Most = 32;

    [ThreadStatic]
    private static NativeArray<byte>? s_scratch;

    public static void Quantized<TFormat, TDots>(byte* stored, long rowBytes, int count, in Operand operand, float* output, long stride)
        where TFormat : struct, IBlockFormat
        where TDots : struct, IDots
    {
        var tileBytes = UnpackedRows.Bytes(operand.Length);
        var scratch = Scratch(tileBytes * (Most / UnpackedRows.Height));
        for (var row = 0; row < count; row++)
            Tile<TFormat>(operand, scratch, tileBytes, row / UnpackedRows.Height).Unpack<TFormat>(row % UnpackedRows.Height, stored + row * rowBytes);

        var groups = (operand.Columns + PackedColumns.Width - 1) / PackedColumns.Width;
        var few = stackalloc float[UnpackedRows.Height * 2 * PackedColumns.Width];
        for (var group = 0; group < groups;)
        {
            var first = group * PackedColumns.Width;
            // Sixteen at once, where sixteen are there to be stored.
            var columns = operand.Columns - first >= 2 * PackedColumns.Width ? 2 * PackedColumns.Width : Math.Min(PackedColumns.Width, operand.Columns - first);
            for (var row = 0; row < count; row += UnpackedRows.Height)
            {
                var tile = Tile<TFormat>(operand, scratch, tileBytes, row / UnpackedRows.Height);
                var whole = count - row >= UnpackedRows.Height;
                var target = whole ? output + first * stride + row : few;
                var targetStride = whole ? stride : UnpackedRows.Height;
                if (columns > PackedColumns.Width)
                    TileKernel.Sixteen<TFormat, TDots>(tile, operand.Quantized, group, target, targetStride);
                else
                    TileKernel.Eight<TFormat, TDots>(tile, operand.Quantized, group, target, targetStride, columns);
                if (!whole)
                    CopyFew(few, columns, count - row, output + first * stride + row, stride);
            }

            group += columns > PackedColumns.Width ? 2 : 1;
        }
    }

    public static void Floats<TFormat>(byte* stored, long rowBytes, int count, in Operand operand, float* output, long stride)
        where TFormat : struct, IFloatFormat
    {
        var length = operand.Length;
        var rows = (float*)Scratch((long)Most * length * sizeof(float));
        for (var row = 0; row < count; row++)
            FloatRows.Read<TFormat>(stored + row * rowBytes, length, rows + (long)row * length);

        var few = stackalloc float[FloatTile.Height * FloatTile.Width];
        for (var first = 0; first < operand.Columns; first += FloatTile.Width)
        {
            var columns = Math.Min(FloatTile.Width, operand.Columns - first);
            var packed = operand.Floats + (long)first * length;
            for (var row = 0; row < count; row += FloatTile.Height)
            {
                if (count - row >= FloatTile.Height)
                {
                    FloatTile.Multiply(rows + (long)row * length, length, packed, output + first * stride + row, stride, columns);
                    continue;
                }

                FloatTile.Multiply(rows + (long)row * length, length, packed, few, FloatTile.Height, columns);
                CopyFew(few, columns, count - row, output + first * stride + row, stride);
            }
        }
    }

    private static UnpackedRows Tile<TFormat>(in Operand operand, byte* scratch, long tileBytes, int tile)
        where TFormat : struct, IBlockFormat => new(operand.Length, TFormat.Group, scratch + tile * tileBytes);

    private static void CopyFew(float* few, int columns, int rows, float* output, long stride)
    {
        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++)
                output[column * stride + row] = few[column * UnpackedRows.Height + row];
        }
    }

    private static byte* Scratch(long bytes)
    {
        if (s_scratch is null || s_scratch.Length < bytes)
            s_scratch = new(bytes);
        return s_scratch.Pointer;
    }
}
