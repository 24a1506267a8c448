using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Orrery.Language.Weights.Blocks;

namespace Orrery.Language.Kernels.Tiles;

/// <summary>
/// Four unpacked rows by eight or sixteen packed columns. A register of sums belongs to one row and eight columns; the four codes of a row are broadcast to all of them,
/// so that a load of activations serves four rows and a load of weights two groups of columns. Sixteen columns keep 8 sums of the block in registers, the
/// float totals beside them in the first-level cache.
/// </summary>
internal static unsafe class TileKernel
{
    /// <summary>Products of <see cref="UnpackedRows.Height"/> rows with 16 columns, (columns, stride) from <paramref name="output"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sixteen<TFormat, TDots>(in UnpackedRows rows, in PackedColumns columns, int group, float* output, long stride)
        where TFormat : struct, IBlockFormat
        where TDots : struct, IDots
    {
        var totals = stackalloc Vector256<float>[8];
        for (var i = 0; i < 8; i++)
            totals[i] = default;
        var (x, y) = (new Side(columns, group), new Side(columns, group + 1));
        var steps = TFormat.Group / 4;
        for (var place = 0; place < rows.Groups; place++)
        {
            Vector256<int> a0 = x.Start<TFormat>(place), b0 = y.Start<TFormat>(place);
            Vector256<int> a1 = a0, a2 = a0, a3 = a0, b1 = b0, b2 = b0, b3 = b0;
            var first = (uint*)(rows.Codes + (long)place * TFormat.Group);
            var second = (uint*)((byte*)first + rows.Length);
            var third = (uint*)((byte*)second + rows.Length);
            var fourth = (uint*)((byte*)third + rows.Length);
            var left = x.Codes + (long)place * steps * 32;
            var right = y.Codes + (long)place * steps * 32;
            for (var step = 0; step < steps; step++)
            {
                var (l, r) = (Vector256.Load(left + 32 * step), Vector256.Load(right + 32 * step));
                var codes = Vector256.Create(first[step]).AsByte();
                a0 = TDots.Add(a0, codes, l);
                b0 = TDots.Add(b0, codes, r);
                codes = Vector256.Create(second[step]).AsByte();
                a1 = TDots.Add(a1, codes, l);
                b1 = TDots.Add(b1, codes, r);
                codes = Vector256.Create(third[step]).AsByte();
                a2 = TDots.Add(a2, codes, l);
                b2 = TDots.Add(b2, codes, r);
                codes = Vector256.Create(fourth[step]).AsByte();
                a3 = TDots.Add(a3, codes, l);
                b3 = TDots.Add(b3, codes, r);
            }

            var (xScale, yScale) = (x.Scale<TFormat>(place), y.Scale<TFormat>(place));
            var scale = rows.Scales + place;
            Take(totals, a0, xScale, scale[0]);
            Take(totals + 1, a1, xScale, scale[rows.Groups]);
            Take(totals + 2, a2, xScale, scale[2 * rows.Groups]);
            Take(totals + 3, a3, xScale, scale[3 * rows.Groups]);
            Take(totals + 4, b0, yScale, scale[0]);
            Take(totals + 5, b1, yScale, scale[rows.Groups]);
            Take(totals + 6, b2, yScale, scale[2 * rows.Groups]);
            Take(totals + 7, b3, yScale, scale[3 * rows.Groups]);
            if (TFormat.HasMinimums)
            {
                x.TakeMinimums<TFormat>(totals, rows, place);
                y.TakeMinimums<TFormat>(totals + 4, rows, place);
            }
        }

        Store(totals, output, stride, PackedColumns.Width);
        Store(totals + 4, output + PackedColumns.Width * stride, stride, PackedColumns.Width);
    }

    /// <summary>The same for one group, of which the first <paramref name="count"/> columns are stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight<TFormat, TDots>(in UnpackedRows rows, in PackedColumns columns, int group, float* output, long stride, int count)
        where TFormat : struct, IBlockFormat
        where TDots : struct, IDots
    {
        var totals = stackalloc Vector256<float>[4];
        for (var i = 0; i < 4; i++)
            totals[i] = default;
        var x = new Side(columns, group);
        var steps = TFormat.Group / 4;
        for (var place = 0; place < rows.Groups; place++)
        {
            Vector256<int> a0 = x.Start<TFormat>(place), a1 = a0, a2 = a0, a3 = a0;
            var first = (uint*)(rows.Codes + (long)place * TFormat.Group);
            var second = (uint*)((byte*)first + rows.Length);
            var third = (uint*)((byte*)second + rows.Length);
            var fourth = (uint*)((byte*)third + rows.Length);
            var left = x.Codes + (long)place * steps * 32;
            for (var step = 0; step < steps; step++)
            {
                var l = Vector256.Load(left + 32 * step);
                a0 = TDots.Add(a0, Vector256.Create(first[step]).AsByte(), l);
                a1 = TDots.Add(a1, Vector256.Create(second[step]).AsByte(), l);
                a2 = TDots.Add(a2, Vector256.Create(third[step]).AsByte(), l);
                a3 = TDots.Add(a3, Vector256.Create(fourth[step]).AsByte(), l);
            }

            var xScale = x.Scale<TFormat>(place);
            var scale = rows.Scales + place;
            Take(totals, a0, xScale, scale[0]);
            Take(totals + 1, a1, xScale, scale[rows.Groups]);
            Take(totals + 2, a2, xScale, scale[2 * rows.Groups]);
            Take(totals + 3, a3, xScale, scale[3 * rows.Groups]);
            if (TFormat.HasMinimums)
                x.TakeMinimums<TFormat>(totals, rows, place);
        }

        Store(totals, output, stride, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(Vector256<float>* total, Vector256<int> sums, Vector256<float> scales, float scale) =>
        *total = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(sums), scales * Vector256.Create(scale), *total);

    /// <summary>From (rows, columns) to (columns, rows): the four rows of a column lie side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float>* totals, float* output, long stride, int count)
    {
        var lanes = (float*)totals;
        for (var column = 0; column < count; column++)
            Vector128.Create(lanes[column], lanes[8 + column], lanes[16 + column], lanes[24 + column]).Store(output + column * stride);
    }

    /// <summary>One group of columns.</summary>
    private readonly struct Side(in PackedColumns columns, int group)
    {
        public readonly sbyte* Codes = columns.Codes(group);
        private readonly float* _scales = columns.Scales(group);
        private readonly int* _sums = columns.Sums(group);
        private readonly float* _valueSums = columns.ValueSums(group);

        /// <summary>What the zero point adds, taken away beforehand.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<int> Start<TFormat>(int place)
            where TFormat : struct, IBlockFormat
        {
            if (TFormat.HasMinimums)
                return default;
            var sums = TFormat.Group == 16
                ? Vector256.Load(_sums + 8 * place)
                : Vector256.Load(_sums + 16 * place) + Vector256.Load(_sums + 16 * place + 8);
            return sums * Vector256.Create(-TFormat.Zero);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Scale<TFormat>(int place)
            where TFormat : struct, IBlockFormat => Vector256.Load(_scales + 8 * (TFormat.Group == 16 ? place / 2 : place));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void TakeMinimums<TFormat>(Vector256<float>* totals, in UnpackedRows rows, int place)
            where TFormat : struct, IBlockFormat
        {
            var sums = TFormat.Group == 16
                ? Vector256.Load(_valueSums + 8 * place)
                : Vector256.Load(_valueSums + 16 * place) + Vector256.Load(_valueSums + 16 * place + 8);
            for (var row = 0; row < UnpackedRows.Height; row++)
                totals[row] -= sums * Vector256.Create(rows.Minimums[row * rows.Groups + place]);
        }
    }
}
