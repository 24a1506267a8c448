using CsCheck;
using Orrery.Statistics;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Quantization;
using Xunit;

namespace Orrery.Vectors.Tests.Quantization;

public sealed class QuantizerTests
{
    [Fact]
    public void A_scalar_code_is_no_further_than_half_a_step_unless_it_was_clipped() => Gen.Float[-3, 3].Array[1, 200].Sample(vector =>
    {
        if (vector.All(v => v == 0))
            return;
        var quantizer = ScalarQuantizer.Train(vector, quantile: 0.9);
        var (codes, decoded) = (new sbyte[vector.Length + 3], new float[vector.Length + 3]);
        quantizer.Encode(vector, codes);
        quantizer.Decode(codes, decoded);
        var bound = 127 * quantizer.Scale;
        for (var i = 0; i < vector.Length; i++)
            Assert.Equal(Math.Clamp(vector[i], -bound, bound), decoded[i], quantizer.Scale * 0.501);
        Assert.Equal([0, 0, 0], codes[^3..]);
        Assert.True(vector.Count(v => Math.Abs(v) > bound * 1.0001f) <= 0.1 * vector.Length);
    });

    [Fact]
    public void A_scale_that_is_none_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScalarQuantizer(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ScalarQuantizer(float.NaN));
        Assert.Throws<ArgumentException>(() => ScalarQuantizer.Train([0, 0, float.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScalarQuantizer.Train([1], quantile: 0));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void A_product_code_names_the_nearest_codeword_of_every_subspace(int bits)
    {
        var random = new SeededRandom(1);
        var vectors = Enumerable.Range(0, 600 * 12).Select(_ => (float)random.NextGaussian()).ToArray();
        var quantizer = ProductQuantizer.Train(vectors, 12, 4, bits, seed: 2);
        var (codes, decoded, other) = (new byte[4], new float[12], new float[12]);
        for (var i = 0; i < 50; i++)
        {
            var vector = vectors.AsSpan(i * 12, 12);
            quantizer.Encode(vector, codes);
            quantizer.Decode(codes, decoded);
            var error = Distance.SquaredEuclidean<float>(vector, decoded);
            for (var change = 0; change < 4 * quantizer.Codewords; change++)
            {
                var kept = codes[change % 4];
                codes[change % 4] = (byte)(change / 4);
                quantizer.Decode(codes, other);
                codes[change % 4] = kept;
                Assert.True(Distance.SquaredEuclidean<float>(vector, other) >= error - 1e-4);
            }
        }
    }

    [Fact]
    public void More_bits_and_more_subspaces_err_less()
    {
        var random = new SeededRandom(3);
        var vectors = Enumerable.Range(0, 1_000 * 16).Select(_ => (float)random.NextGaussian()).ToArray();
        double Error(int subspaces, int bits)
        {
            var quantizer = ProductQuantizer.Train(vectors, 16, subspaces, bits);
            var (codes, decoded, sum) = (new byte[subspaces], new float[16], 0d);
            for (var i = 0; i < 1_000; i++)
            {
                quantizer.Encode(vectors.AsSpan(i * 16, 16), codes);
                quantizer.Decode(codes, decoded);
                sum += Distance.SquaredEuclidean<float>(vectors.AsSpan(i * 16, 16), decoded);
            }

            return sum;
        }

        double[] errors = [Error(2, 4), Error(8, 4), Error(8, 8)];
        Assert.True(errors[1] < 0.7 * errors[0] && errors[2] < 0.3 * errors[1], string.Join(", ", errors));
    }

    /// <summary>The best case of the paper: all the spread is in a few components, which share two subspaces until they are rotated.</summary>
    [Fact]
    public void A_rotation_spreads_what_a_few_components_say_over_all_codes()
    {
        var random = new SeededRandom(4);
        float[] vectors = [.. Enumerable.Range(0, 1_000 * 16).Select(i => (float)((i % 16 < 4 ? 10 : 0.1) * random.NextGaussian()))];
        double Error(ProductQuantizer quantizer)
        {
            var (codes, decoded, sum) = (new byte[4], new float[16], 0d);
            for (var i = 0; i < 1_000; i++)
            {
                quantizer.Encode(vectors.AsSpan(i * 16, 16), codes);
                quantizer.Decode(codes, decoded);
                sum += Distance.SquaredEuclidean<float>(vectors.AsSpan(i * 16, 16), decoded);
            }

            return sum;
        }

        var (plain, optimized) = (Error(ProductQuantizer.Train(vectors, 16, 4, bits: 4)), Error(ProductQuantizer.TrainOptimized(vectors, 16, 4, bits: 4)));
        Assert.True(optimized < 0.6 * plain, $"{optimized} after, {plain} before");
        Assert.Throws<ArgumentOutOfRangeException>(() => ProductQuantizer.TrainOptimized(vectors, 16, 4, rounds: 0));
        // Nothing to rotate by: all equal.
        Assert.Equal(0, Error(ProductQuantizer.TrainOptimized(vectors = new float[1_000 * 16], 16, 4, bits: 4)));
    }

    [Fact]
    public void The_orthogonal_factor_is_the_rotation_of_a_rotated_stretch()
    {
        var random = new SeededRandom(5);
        double[] rotation = [.. Enumerable.Range(0, 49).Select(_ => random.NextGaussian())];
        Assert.True(OrthogonalFactor.TryFind(rotation, 7));
        for (var i = 0; i < 7; i++)
        {
            for (var j = 0; j < 7; j++)
                Assert.Equal(i == j ? 1 : 0, Enumerable.Range(0, 7).Sum(k => rotation[(7 * i) + k] * rotation[(7 * j) + k]), 1e-9);
        }

        // R·S with S symmetric and positive has R for its factor.
        var stretched = new double[49];
        for (var i = 0; i < 7; i++)
        {
            for (var j = 0; j < 7; j++)
                stretched[(7 * i) + j] = rotation[(7 * i) + j] * (j + 0.5);
        }

        Assert.True(OrthogonalFactor.TryFind(stretched, 7));
        Assert.All(rotation.Zip(stretched), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        Assert.False(OrthogonalFactor.TryFind(new double[4], 2));
    }

    [Fact]
    public void Subspaces_that_do_not_fit_are_refused()
    {
        var vectors = new float[300 * 6];
        Assert.Throws<ArgumentOutOfRangeException>(() => ProductQuantizer.Train(vectors, 6, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => ProductQuantizer.Train(vectors, 6, 2, bits: 5));
        Assert.Throws<ArgumentException>(() => ProductQuantizer.Train(vectors.AsSpan(0, 60), 6, 2));
        var quantizer = ProductQuantizer.Train(vectors, 6, 2, bits: 4);
        Assert.Throws<ArgumentException>(() => quantizer.Encode(new float[5], new byte[2]));
        Assert.Throws<ArgumentException>(() => quantizer.Decode([3, 16], new float[6]));
    }
}
