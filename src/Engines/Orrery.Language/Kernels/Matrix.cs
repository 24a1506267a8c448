using Orrery.Language.Kernels.Rows;
using Orrery.Language.Kernels.Tiles;
using Orrery.Language.Weights;

namespace Orrery.Language.Kernels;

/// <summary>A stored matrix (rows, columns) with the kernels for its format on this processor.</summary>
internal sealed unsafe class Matrix
{
    private readonly WeightTensor _tensor;
    private readonly MatrixKernels _kernels;

    public Matrix(WeightTensor tensor)
    {
        _tensor = tensor;
        _kernels = MatrixKernels.Of(tensor.Format.Type);
        Rows = checked((int)tensor.Rows);
    }

    public string Name => _tensor.Name;

    public int Rows { get; }

    public int Columns => _tensor.Columns;

    public long Bytes => _tensor.Bytes;

    public long RowBytes => _tensor.RowBytes;

    /// <summary>Whether it reads activations as 8-bit integers.</summary>
    public bool IsQuantized => _kernels.IsQuantized;

    public void ReadRow(int row, float* values) => _tensor.Format.Read(_tensor.Data + row * RowBytes, Columns, values);

    /// <summary>Rows [first, first + count) with one column.</summary>
    public void Multiply(int first, int count, in QuantizedColumn column, float* output) =>
        _kernels.Rows(_tensor.Data + first * RowBytes, RowBytes, count, column, output);

    /// <summary>Rows [first, first + count), at most <see cref="TileRows.Most"/>, with many columns; output is (columns, stride), from the place of the first row on.</summary>
    public void Multiply(int first, int count, in Operand operand, float* output, long stride) =>
        _kernels.Tiles(_tensor.Data + first * RowBytes, RowBytes, count, operand, output, stride);
}
