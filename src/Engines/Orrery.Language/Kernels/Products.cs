using Orrery.Language.Kernels.Threads;
using Orrery.Language.Kernels.Tiles;

namespace Orrery.Language.Kernels;

/// <summary>Products of matrices with the same activations, in one go over all threads: query, key and value; gate and up.</summary>
internal sealed unsafe class Products(ThreadTeam team, ColumnBuffer columns) : ParallelWork
{
    // Parts small enough to balance two threads, large enough (several microseconds of reading) to make their claim cheap.
    private const int PartBytes = 32 * 1024;
    private const int Most = 3;

    private readonly Matrix?[] _matrices = new Matrix?[Most];
    private readonly nint[] _outputs = new nint[Most];
    private readonly int[] _rowsPerPart = new int[Most];
    private readonly int[] _ends = new int[Most];
    private int _count;

    /// <summary>From activations (columns, stride of their own length) to (columns, rows of the matrix).</summary>
    public void Multiply(float* values, int stride, int columnCount, Matrix matrix, float* output)
    {
        Begin(values, stride, columnCount, matrix);
        Add(matrix, output);
        End();
    }

    public void Multiply(float* values, int stride, int columnCount, Matrix first, float* firstOutput, Matrix second, float* secondOutput)
    {
        Begin(values, stride, columnCount, first);
        Add(first, firstOutput);
        Add(second, secondOutput);
        End();
    }

    public void Multiply(
        float* values, int stride, int columnCount, Matrix first, float* firstOutput, Matrix second, float* secondOutput, Matrix third, float* thirdOutput)
    {
        Begin(values, stride, columnCount, first);
        Add(first, firstOutput);
        Add(second, secondOutput);
        Add(third, thirdOutput);
        End();
    }

    public override void Run(int part)
    {
        var index = 0;
        while (part >= _ends[index])
            index++;
        var matrix = _matrices[index]!;
        var rows = _rowsPerPart[index];
        var first = (part - (index == 0 ? 0 : _ends[index - 1])) * rows;
        var count = Math.Min(rows, matrix.Rows - first);
        var output = (float*)_outputs[index] + first;
        if (columns.Columns == 1)
            matrix.Multiply(first, count, columns.One, output);
        else
            matrix.Multiply(first, count, columns.Many, output, matrix.Rows);
    }

    private void Begin(float* values, int stride, int columnCount, Matrix matrix)
    {
        _count = 0;
        columns.Prepare(team, values, matrix.Columns, stride, columnCount, matrix.IsQuantized);
    }

    private void Add(Matrix matrix, float* output)
    {
        if (_count > 0 && matrix.IsQuantized != _matrices[0]!.IsQuantized)
        {
            // Mixed files keep some matrices as floats: those wait for activations of their own kind.
            var values = columns.Values;
            var (stride, count) = (columns.Stride, columns.Columns);
            End();
            Begin(values, stride, count, matrix);
        }

        _matrices[_count] = matrix;
        _outputs[_count] = (nint)output;
        _rowsPerPart[_count] = columns.Columns == 1 ? (int)Math.Clamp(PartBytes / matrix.RowBytes, 1, matrix.Rows) : TileRows.Most;
        _ends[_count] = (_count == 0 ? 0 : _ends[_count - 1]) + (matrix.Rows + _rowsPerPart[_count] - 1) / _rowsPerPart[_count];
        _count++;
    }

    private void End() => team.Run(this, _ends[_count - 1]);
}
