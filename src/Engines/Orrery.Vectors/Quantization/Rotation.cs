using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Quantization;

/// <summary>An orthogonal matrix: distances and products are the same after it. Immutable.</summary>
/// <param name="rows">(dimension, dimension)</param>
/// <param name="dimension">At least 1.</param>
internal sealed class Rotation(float[] rows, int dimension)
{
    private readonly float[] _columns = Transposed(rows, dimension);

    public void Turn(ReadOnlySpan<float> vector, Span<float> turned) => Multiply(rows, vector, turned);

    public void TurnBack(ReadOnlySpan<float> turned, Span<float> vector) => Multiply(_columns, turned, vector);

    /// <summary>Adds a part of one of its rows to the same row of a matrix.</summary>
    public void AddRow(double[] matrix, int row, double times)
    {
        for (var i = row * dimension; i < (row + 1) * dimension; i++)
            matrix[i] += times * rows[i];
    }

    private void Multiply(float[] matrix, ReadOnlySpan<float> vector, Span<float> product)
    {
        for (var i = 0; i < dimension; i++)
            product[i] = Distance.Dot(matrix.AsSpan(i * dimension, dimension), vector);
    }

    private static float[] Transposed(float[] rows, int dimension)
    {
        var columns = new float[rows.Length];
        for (var i = 0; i < dimension; i++)
        {
            for (var j = 0; j < dimension; j++)
                columns[(j * dimension) + i] = rows[(i * dimension) + j];
        }

        return columns;
    }
}
