namespace Orrery.Tuning.Algebra;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub &amp; Van Loan, section 8.5): slower than QR, but short, and small eigenvalues
/// keep their digits. O(n³) a sweep, about eight sweeps.
/// </summary>
internal sealed class SymmetricEigen
{
    private const int MostSweeps = 50;

    /// <summary>Decomposes a matrix, which is not changed.</summary>
    public SymmetricEigen(double[,] symmetric)
    {
        var n = symmetric.GetLength(0);
        var a = (double[,])symmetric.Clone();
        Vectors = new double[n, n];
        for (var i = 0; i < n; i++)
            Vectors[i, i] = 1;
        for (var sweep = 0; sweep < MostSweeps && OffDiagonal(a) > 0; sweep++)
            for (var p = 0; p < n; p++)
                for (var q = p + 1; q < n; q++)
                    Rotate(a, p, q);
        Values = [.. Enumerable.Range(0, n).Select(i => a[i, i])];
    }

    /// <summary>Eigenvalues, in no order.</summary>
    public double[] Values { get; }

    /// <summary>Column j belongs to value j.</summary>
    public double[,] Vectors { get; }

    // What lies below the rounding error of the diagonal counts as nothing.
    private static double OffDiagonal(double[,] a)
    {
        var (off, diagonal) = (0.0, 0.0);
        for (var i = 0; i < a.GetLength(0); i++)
        {
            diagonal += a[i, i] * a[i, i];
            for (var j = 0; j < i; j++)
                off += a[i, j] * a[i, j];
        }

        return off > 1e-30 * diagonal ? off : 0;
    }

    private void Rotate(double[,] a, int p, int q)
    {
        if (a[p, q] == 0)
            return;
        var theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        var tangent = Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        var cosine = 1 / Math.Sqrt(tangent * tangent + 1);
        var sine = tangent * cosine;
        for (var k = 0; k < a.GetLength(0); k++)
            (a[k, p], a[k, q]) = (cosine * a[k, p] - sine * a[k, q], sine * a[k, p] + cosine * a[k, q]);
        for (var k = 0; k < a.GetLength(0); k++)
            (a[p, k], a[q, k]) = (cosine * a[p, k] - sine * a[q, k], sine * a[p, k] + cosine * a[q, k]);
        for (var k = 0; k < a.GetLength(0); k++)
            (Vectors[k, p], Vectors[k, q]) = (cosine * Vectors[k, p] - sine * Vectors[k, q], sine * Vectors[k, p] + cosine * Vectors[k, q]);
    }
}
