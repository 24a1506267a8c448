using Orrery.Language.Kernels;
using Orrery.Language.Kernels.Rows;
using Orrery.Language.Kernels.Tiles;
using Orrery.Language.Tests.Weights;
using Orrery.Language.Weights;
using Xunit;

namespace Orrery.Language.Tests.Kernels;

/// <summary>Every product of every format in every variant that this processor has, against float64 over the values that the kernel read.</summary>
public sealed unsafe class MatrixKernelTests
{
    private static readonly int[] Lengths = [256, 512, 768, 2048];
    private static readonly int[] ShortLengths = [32, 64, 96, 160, 576, 1056];
    private static readonly int[] OddLengths = [1, 7, 16, 33, 63, 64, 65, 127, 300];

    public static TheoryData<TensorType> Types => [.. Enum.GetValues<TensorType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_row_with_a_column_is_the_float64_product(TensorType type)
    {
        foreach (var length in LengthsOf(type))
        {
            using var rows = new Stored(type, 3, length);
            var column = BlockFormatTests.Normal(length, length + 1);
            foreach (var kernels in Variants(type))
            {
                var output = new float[3];
                fixed (float* values = column)
                fixed (float* target = output)
                {
                    var memory = new NativeArray<float>(QuantizedColumn.Floats((length + 31) / 32 * 32));
                    var quantized = new QuantizedColumn(values, length, memory.Pointer);
                    if (kernels.IsQuantized)
                        quantized.Quantize();
                    kernels.Rows(rows.Pointer, rows.RowBytes, 3, quantized, target);
                    GC.KeepAlive(memory);
                }

                for (var row = 0; row < 3; row++)
                    Close(rows.Values(row), kernels.IsQuantized ? Rounded(column) : column, output[row], $"{type}, length {length}, row {row}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Rows_with_many_columns_are_the_float64_products(TensorType type)
    {
        foreach (var length in LengthsOf(type).Where(length => length <= 768))
        {
            foreach (var (count, columns) in ((int, int)[])[(1, 2), (4, 8), (7, 9), (32, 16), (30, 17), (5, 35)])
            {
                using var rows = new Stored(type, count, length);
                var values = BlockFormatTests.Normal(columns * length, length + columns);
                foreach (var kernels in Variants(type))
                {
                    // One value beyond each column shows who writes too far.
                    var stride = count + 1;
                    var output = new float[columns * stride];
                    Array.Fill(output, -7);
                    Multiply(kernels, rows, count, values, length, columns, output, stride);
                    for (var column = 0; column < columns; column++)
                    {
                        var x = values[(column * length)..((column + 1) * length)];
                        for (var row = 0; row < count; row++)
                            Close(rows.Values(row), kernels.IsQuantized ? Rounded(x) : x, output[column * stride + row], $"{type}, length {length}, {count} × {columns} at ({row}, {column})");
                        Assert.Equal(-7, output[column * stride + count]);
                    }
                }
            }
        }
    }

    [Fact]
    public void Sums_take_up_the_largest_products_without_saturation()
    {
        using var rows = new Stored(TensorType.Q8_0, 1, 64);
        for (var i = 0; i < 64; i++)
            rows.Pointer[i / 32 * 34 + 2 + i % 32] = 0x80; // −128, which no writer makes
        float[] column = [.. Enumerable.Repeat(1f, 64)];
        foreach (var kernels in Variants(TensorType.Q8_0))
        {
            var output = new float[2 * 4];
            Multiply(kernels, rows, 1, [.. column, .. column], 64, 2, output, 4);
            Assert.Equal(rows.Values(0).Sum(value => (double)value), output[0], 1e-3);
        }
    }

    private static void Multiply(MatrixKernels kernels, Stored rows, int count, float[] values, int length, int columns, float[] output, int stride)
    {
        var quantized = new NativeArray<byte>(PackedColumns.Bytes(length, columns));
        var floats = new NativeArray<float>((long)length * (columns + 15));
        fixed (float* source = values)
        fixed (float* target = output)
        {
            var packed = new PackedColumns(length, quantized.Pointer);
            for (var first = 0; first < columns && kernels.IsQuantized; first += 8)
                packed.Pack(first / 8, source + (long)first * length, length, Math.Min(8, columns - first));
            for (var first = 0; first < columns && !kernels.IsQuantized; first += 16)
                FloatTile.Pack(source + (long)first * length, length, Math.Min(16, columns - first), length, floats.Pointer + (long)first * length);
            kernels.Tiles(rows.Pointer, rows.RowBytes, count, new(length, columns, packed, floats.Pointer), target, stride);
        }

        GC.KeepAlive(quantized);
        GC.KeepAlive(floats);
    }

    private static int[] LengthsOf(TensorType type) => TensorFormat.Of(type).BlockLength switch { 1 => OddLengths, 32 => ShortLengths, _ => Lengths };

    private static List<MatrixKernels> Variants(TensorType type)
    {
        List<MatrixKernels> variants = [MatrixKernels.Of<PortableDots>(type)];
        if (Avx2Dots.IsSupported)
            variants.Add(MatrixKernels.Of<Avx2Dots>(type));
        if (VnniDots.IsSupported)
            variants.Add(MatrixKernels.Of<VnniDots>(type));
        return variants;
    }

    /// <summary>The activations as 8-bit integers of one scale for each 32 give them back.</summary>
    private static float[] Rounded(float[] column)
    {
        var back = new float[column.Length];
        for (var start = 0; start < column.Length; start += 32)
        {
            var scale = column.AsSpan(start, 32).ToArray().Max(Math.Abs) / 127;
            for (var i = start; i < start + 32; i++)
                back[i] = MathF.Round(column[i] * (1 / scale)) * scale;
        }

        return back;
    }

    private static void Close(float[] row, float[] column, float actual, string what)
    {
        double expected = 0, size = 0;
        for (var i = 0; i < row.Length; i++)
        {
            expected += (double)row[i] * column[i];
            size += Math.Abs((double)row[i] * column[i]);
        }

        // float32 sums, and an activation on the edge between two codes now and then.
        Assert.True(Math.Abs(expected - actual) <= 2e-4 * size + 1e-6, $"{what}: expected {expected}, got {actual}");
    }

    private sealed class Stored : IDisposable
    {
        private readonly NativeArray<byte> _bytes;
        private readonly TensorFormat _format;
        private readonly int _length;

        public Stored(TensorType type, int rows, int length)
        {
            (_format, _length) = (TensorFormat.Of(type), length);
            _bytes = new(rows * RowBytes);
            var span = _bytes.Span(0, checked((int)_bytes.Length));
            if (_format.IsWritable)
            {
                _format.Write(BlockFormatTests.Normal(rows * length, length), span);
                return;
            }

            new Random(length).NextBytes(span);
            int[] scales = type switch { TensorType.Q2_K => [80, 82], TensorType.Q3_K => [108], _ => [0, 2] };
            for (var block = 0; block < span.Length; block += _format.BlockBytes)
            {
                foreach (var at in scales)
                    BitConverter.TryWriteBytes(span[(block + at)..], (Half)0.01f);
            }
        }

        public byte* Pointer => _bytes.Pointer;

        public long RowBytes => _format.Bytes(_length);

        public float[] Values(int row)
        {
            var values = new float[_length];
            _format.Read(_bytes.Span(row * RowBytes, (int)RowBytes), values);
            return values;
        }

        public void Dispose() => GC.KeepAlive(_bytes);
    }
}
