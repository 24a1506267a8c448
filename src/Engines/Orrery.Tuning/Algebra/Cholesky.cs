namespace Orrery.Tuning.Algebra;

/// <summary>
/// The factor L of a positive definite matrix A = L · Lᵀ (Golub &amp; Van Loan, Matrix Computations, algorithm 4.2.2), row by row. Factoring O(n³), solving O(n²).
/// </summary>
internal sealed class Cholesky
{
    // (row, column ≤ row): row i holds i + 1 numbers
    private readonly double[][] _rows;

    private Cholesky(double[][] rows) => _rows = rows;

    /// <summary>ln |A|.</summary>
    public double LogDeterminant => 2 * _rows.Sum(row => Math.Log(row[^1]));

    /// <summary>Factors the lower triangle of a matrix in place.</summary>
    /// <param name="lower">Row i holds the first i + 1 numbers; they are overwritten.</param>
    /// <returns>Null where the matrix is not positive definite to working precision.</returns>
    public static Cholesky? Factor(double[][] lower)
    {
        for (var i = 0; i < lower.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = lower[i][j] - Dot(lower[i], lower[j], j);
                if (j < i)
                    lower[i][j] = sum / lower[j][j];
                else if (sum > 0)
                    lower[i][i] = Math.Sqrt(sum);
                else
                    return null;
            }
        }

        return new Cholesky(lower);
    }

    /// <summary>L⁻¹ · right.</summary>
    public double[] SolveLower(ReadOnlySpan<double> right)
    {
        var solution = new double[_rows.Length];
        for (var i = 0; i < solution.Length; i++)
            solution[i] = (right[i] - Dot(_rows[i], solution, i)) / _rows[i][i];
        return solution;
    }

    /// <summary>A⁻¹ · right.</summary>
    public double[] Solve(ReadOnlySpan<double> right)
    {
        var solution = SolveLower(right);
        for (var i = solution.Length - 1; i >= 0; i--)
        {
            solution[i] /= _rows[i][i];
            for (var j = 0; j < i; j++)
                solution[j] -= _rows[i][j] * solution[i];
        }

        return solution;
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b, int count)
    {
        var sum = 0.0;
        for (var i = 0; i < count; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
