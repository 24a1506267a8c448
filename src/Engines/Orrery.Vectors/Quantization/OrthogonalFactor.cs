namespace Orrery.Vectors.Quantization;

/// <summary>
/// The orthogonal matrix nearest to another, UVᵀ of its singular value decomposition (Schönemann 1966), without the decomposition: by Newton's iteration for the polar factor, X ← (γX + X⁻ᵀ/γ)/2
/// (Higham 1986), which doubles the right digits in every step. O(d³) a step, about eight steps.
/// </summary>
internal static class OrthogonalFactor
{
    private const int MostSteps = 40;
    private const double Settled = 1e-10;

    /// <summary>Overwrites a matrix; false where it has no inverse, and is left in an undefined state.</summary>
    /// <param name="matrix">(dimension, dimension)</param>
    /// <param name="dimension">At least 1.</param>
    public static bool TryFind(double[] matrix, int dimension)
    {
        var inverse = new double[matrix.Length];
        for (var step = 0; step < MostSteps; step++)
        {
            if (!TryInvert(matrix, inverse, dimension))
                return false;
            // Both scaled to one length, or the first steps would only halve what is too large.
            var scale = Math.Sqrt(Math.Sqrt(Squares(inverse) / Squares(matrix)));
            var moved = 0d;
            for (var i = 0; i < dimension; i++)
            {
                for (var j = 0; j < dimension; j++)
                {
                    var next = ((scale * matrix[(i * dimension) + j]) + (inverse[(j * dimension) + i] / scale)) / 2;
                    moved += (next - matrix[(i * dimension) + j]) * (next - matrix[(i * dimension) + j]);
                    matrix[(i * dimension) + j] = next;
                }
            }

            if (!double.IsFinite(moved))
                return false;
            if (moved <= Settled * Settled * dimension)
                return true;
        }

        return true;
    }

    private static double Squares(double[] matrix)
    {
        var sum = 0d;
        foreach (var entry in matrix)
            sum += entry * entry;
        return sum;
    }

    /// <summary>Gauss and Jordan with the greatest pivot of the column.</summary>
    private static bool TryInvert(double[] matrix, double[] inverse, int dimension)
    {
        var rest = (double[])matrix.Clone();
        Array.Clear(inverse);
        for (var i = 0; i < dimension; i++)
            inverse[(i * dimension) + i] = 1;
        for (var column = 0; column < dimension; column++)
        {
            var pivot = column;
            for (var row = column + 1; row < dimension; row++)
                pivot = Math.Abs(rest[(row * dimension) + column]) > Math.Abs(rest[(pivot * dimension) + column]) ? row : pivot;
            if (Math.Abs(rest[(pivot * dimension) + column]) < 1e-300)
                return false;
            Exchange(rest, pivot, column, dimension);
            Exchange(inverse, pivot, column, dimension);
            var factor = 1 / rest[(column * dimension) + column];
            Scale(rest, column, factor, dimension);
            Scale(inverse, column, factor, dimension);
            for (var row = 0; row < dimension; row++)
            {
                var times = rest[(row * dimension) + column];
                if (row == column || times == 0)
                    continue;
                Subtract(rest, row, column, times, dimension);
                Subtract(inverse, row, column, times, dimension);
            }
        }

        return true;
    }

    private static void Exchange(double[] matrix, int x, int y, int dimension)
    {
        for (var i = 0; x != y && i < dimension; i++)
            (matrix[(x * dimension) + i], matrix[(y * dimension) + i]) = (matrix[(y * dimension) + i], matrix[(x * dimension) + i]);
    }

    private static void Scale(double[] matrix, int row, double factor, int dimension)
    {
        foreach (ref var entry in matrix.AsSpan(row * dimension, dimension))
            entry *= factor;
    }

    private static void Subtract(double[] matrix, int row, int other, double times, int dimension)
    {
        var from = matrix.AsSpan(row * dimension, dimension);
        var what = matrix.AsSpan(other * dimension, dimension);
        for (var i = 0; i < from.Length; i++)
            from[i] -= times * what[i];
    }
}
