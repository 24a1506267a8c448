using CsCheck;
using MathNet.Numerics.LinearAlgebra;
using Orrery.Vectors.Projection;
using Xunit;

namespace Orrery.Vectors.Tests.Projection;

public sealed class PrincipalComponentsTests
{
    [Fact]
    public void The_variances_are_the_greatest_eigenvalues_of_the_covariance() =>
        Gen.Select(Gen.Int[2, 60], Gen.Int[1, 12], Gen.Int).Sample(
            (rows, dimension, seed) =>
            {
                var random = new Random(seed);
                // Spread out more along each further axis, so that the eigenvalues differ.
                var vectors = Enumerable.Range(0, rows * dimension).Select(i => (float)((random.NextDouble() - 0.5) * Math.Pow(1.7, i % dimension))).ToArray();
                var matrix = Matrix<double>.Build.Dense(rows, dimension, (r, c) => vectors[(r * dimension) + c]);
                var centred = matrix - Matrix<double>.Build.Dense(rows, dimension, (_, c) => matrix.Column(c).Average());
                var expected = (centred.TransposeThisAndMultiply(centred) / (rows - 1)).Evd().EigenValues.Select(value => value.Real).OrderDescending().ToList();
                var components = Math.Min(2, dimension);

                var found = PrincipalComponents.Fit(vectors, dimension, components);

                for (var c = 0; c < components; c++)
                    Assert.Equal(expected[c], found.Variances[c], 1e-4 * expected[0]);
            }, iter: 50);

    [Fact]
    public void Vectors_on_a_line_lie_along_the_first_component()
    {
        var vectors = Enumerable.Range(0, 20).SelectMany(i => new[] { 3f + i, 4f - (2 * i), 5f }).ToArray();

        var found = PrincipalComponents.Fit(vectors, dimension: 3, components: 2);

        var places = Enumerable.Range(0, 20).Select(i =>
        {
            var place = new double[2];
            found.Project(vectors.AsSpan(i * 3, 3), place);
            return place;
        }).ToList();
        Assert.All(places, place => Assert.Equal(0, place[1], 1e-6));
        Assert.Equal(Math.Sqrt(5), Math.Abs(places[1][0] - places[0][0]), 1e-5);
        Assert.Equal(0, found.Variances[1], 1e-9);
    }

    [Fact]
    public void The_same_input_gives_the_same_bits()
    {
        var vectors = Enumerable.Range(0, 300).Select(i => (float)Math.Sin(i * i)).ToArray();

        Assert.Equal(PrincipalComponents.Fit(vectors, 10, 3).Variances, PrincipalComponents.Fit(vectors, 10, 3).Variances);
    }

    [Fact]
    public void What_cannot_be_projected_is_refused()
    {
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit([1, 2, 3], 2, 1));
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit([1, 2], 2, 1));
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit([1, float.NaN, 3, 4], 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrincipalComponents.Fit([1, 2, 3, 4], 2, 3));
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit([1, 2, 3, 4], 2, 1).Project([1], new double[1]));
    }
}
