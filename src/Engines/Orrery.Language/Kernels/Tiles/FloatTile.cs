using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels.Tiles;

/// <summary>
/// Four rows of float32 by sixteen columns that lie as (length, 16): a register of sums belongs to one row, a weight is broadcast to all columns. Twice over the length,
/// so that eight chains of additions hide the latency.
/// </summary>
internal static unsafe class FloatTile
{
    public const int Width = 16, Height = 4;

    /// <summary>From (columns, stride) to (length, 16); columns beyond the last become zeros.</summary>
    public static void Pack(float* values, int stride, int columns, int length, float* packed)
    {
        for (var column = 0; column < Width; column++)
        {
            var source = values + (long)column * stride;
            for (var i = 0; i < length; i++)
                packed[(long)i * Width + column] = column < columns ? source[i] : 0;
        }
    }

    /// <summary>Rows are (4, length); output is (columns, stride).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* rows, int length, float* packed, float* output, long stride, int columns)
    {
        Vector512<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        float* second = rows + length, third = second + length, fourth = third + length;
        var i = 0;
        for (; i <= length - 2; i += 2, packed += 2 * Width)
        {
            var (x, y) = (Vector512.Load(packed), Vector512.Load(packed + Width));
            a = Vector512.FusedMultiplyAdd(Vector512.Create(rows[i]), x, a);
            b = Vector512.FusedMultiplyAdd(Vector512.Create(second[i]), x, b);
            c = Vector512.FusedMultiplyAdd(Vector512.Create(third[i]), x, c);
            d = Vector512.FusedMultiplyAdd(Vector512.Create(fourth[i]), x, d);
            e = Vector512.FusedMultiplyAdd(Vector512.Create(rows[i + 1]), y, e);
            f = Vector512.FusedMultiplyAdd(Vector512.Create(second[i + 1]), y, f);
            g = Vector512.FusedMultiplyAdd(Vector512.Create(third[i + 1]), y, g);
            h = Vector512.FusedMultiplyAdd(Vector512.Create(fourth[i + 1]), y, h);
        }

        if (i < length)
        {
            var x = Vector512.Load(packed);
            a = Vector512.FusedMultiplyAdd(Vector512.Create(rows[i]), x, a);
            b = Vector512.FusedMultiplyAdd(Vector512.Create(second[i]), x, b);
            c = Vector512.FusedMultiplyAdd(Vector512.Create(third[i]), x, c);
            d = Vector512.FusedMultiplyAdd(Vector512.Create(fourth[i]), x, d);
        }

        var lanes = stackalloc float[Height * Width];
        (a + e).Store(lanes);
        (b + f).Store(lanes + Width);
        (c + g).Store(lanes + 2 * Width);
        (d + h).Store(lanes + 3 * Width);
        for (var column = 0; column < columns; column++)
            Vector128.Create(lanes[column], lanes[16 + column], lanes[32 + column], lanes[48 + column]).Store(output + column * stride);
    }
}
