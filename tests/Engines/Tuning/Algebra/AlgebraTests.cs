using System.Text.Json;
using Orrery.Engines.Tests;
using Orrery.Tuning.Algebra;
using Xunit;

namespace Orrery.Tuning.Tests.Algebra;

public sealed class AlgebraTests
{
    [Fact]
    public void Cholesky_solves_as_SciPy_does()
    {
        foreach (var golden in Cases())
        {
            double[][] matrix = [.. golden.GetProperty("A").EnumerateArray().Select((row, i) => row.EnumerateArray().Take(i + 1).Select(x => x.GetDouble()).ToArray())];
            var factor = Cholesky.Factor(matrix)!;
            Golden.Same(golden.Double("LogDeterminant"), factor.LogDeterminant, 1e-10, "ln |A|");
            foreach (var (expected, actual) in golden.Doubles("Solution").Zip(factor.Solve(golden.Doubles("B"))))
                Golden.Same(expected, actual, 1e-8, "A⁻¹ b");
        }
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_has_no_factor() => Assert.Null(Cholesky.Factor([[1], [2, 1]]));

    [Fact]
    public void Eigenvalues_are_those_of_SciPy_and_the_vectors_give_the_matrix_again()
    {
        foreach (var golden in Cases())
        {
            double[][] rows = [.. golden.GetProperty("A").EnumerateArray().Select(row => row.EnumerateArray().Select(x => x.GetDouble()).ToArray())];
            var matrix = new double[rows.Length, rows.Length];
            for (var i = 0; i < rows.Length; i++)
                for (var j = 0; j < rows.Length; j++)
                    matrix[i, j] = rows[i][j];
            var eigen = new SymmetricEigen(matrix);
            foreach (var (expected, actual) in golden.Doubles("Eigenvalues").Zip(eigen.Values.Order()))
                Golden.Same(expected, actual, 1e-10, "eigenvalue");
            for (var i = 0; i < rows.Length; i++)
            {
                for (var j = 0; j < rows.Length; j++)
                    Assert.Equal(matrix[i, j], eigen.Values.Select((value, k) => eigen.Vectors[i, k] * value * eigen.Vectors[j, k]).Sum(), 1e-11);
            }
        }
    }

    private static JsonElement.ArrayEnumerator Cases() => Golden.Load("Tuning", "tuning.json").GetProperty("Algebra").EnumerateArray();
}
