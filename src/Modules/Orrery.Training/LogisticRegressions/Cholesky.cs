namespace Orrery.Training.LogisticRegressions;

/// <summary>Solves A x = b for a symmetric positive definite A by A = L Lᵀ; O(n³ / 6).</summary>
internal static class Cholesky
{
    /// <param name="matrix">n × n, row-major; only its lower triangle is read. It is overwritten by L.</param>
    /// <param name="right">n values; kept.</param>
    public static double[] Solve(double[] matrix, double[] right)
    {
        var n = right.Length;
        Factor(matrix, n);
        var x = right.ToArray();
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
                x[i] -= matrix[i * n + j] * x[j];
            x[i] /= matrix[i * n + i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var j = i + 1; j < n; j++)
                x[i] -= matrix[j * n + i] * x[j];
            x[i] /= matrix[i * n + i];
        }

        return x;
    }

    private static void Factor(double[] matrix, int n)
    {
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i * n + j];
                for (var k = 0; k < j; k++)
                    sum -= matrix[i * n + k] * matrix[j * n + k];
                if (j < i)
                    matrix[i * n + j] = sum / matrix[j * n + j];
                else // rounding may take a pivot of a nearly singular matrix below zero; the smallest step there is the safe one
                    matrix[i * n + i] = Math.Sqrt(Math.Max(sum, 1e-12 * Math.Abs(matrix[i * n + i]) + double.Epsilon));
            }
        }
    }
}
