using Orrery.Statistics;

namespace Orrery.Vectors.Quantization;

/// <summary>
/// OPQ (Ge, He, Ke and Sun 2013, section 3.1, the non-parametric solution): by turns codewords are found for rotated vectors, and the rotation that brings the vectors nearest to what their codes stand
/// for. It begins with a rotation by chance: where a few components say everything, none at all is a place that the rounds do not leave.
/// </summary>
internal static class OptimizedRotation
{
    // Between two rotations codewords need not be settled.
    private const int PassesOfRound = 4;

    /// <summary>O(rounds·(n·(2^bits·d + d²) + d³)).</summary>
    public static ProductQuantizer Train(ReadOnlySpan<float> vectors, int dimension, int subspaces, int bits, int rounds, ulong seed)
    {
        var rotation = Random(dimension, seed);
        var turned = new float[vectors.Length];
        Turn(vectors, rotation, dimension, turned);
        var quantizer = ProductQuantizer.Train(turned, dimension, subspaces, bits, seed, PassesOfRound);
        for (var round = 0; round < rounds; round++)
        {
            var matrix = Products(vectors, turned, quantizer);
            // Vectors that fill fewer directions than there are leave the rest of the rotation open: a little of the last one closes it.
            var trace = matrix.Sum(Math.Abs) / dimension;
            for (var i = 0; i < dimension; i++)
                rotation.AddRow(matrix, i, 1e-6 * Math.Max(trace, double.Epsilon));
            if (!OrthogonalFactor.TryFind(matrix, dimension))
                break;
            rotation = new Rotation(Array.ConvertAll(matrix, entry => (float)entry), dimension);
            Turn(vectors, rotation, dimension, turned);
            quantizer = ProductQuantizer.Train(turned, dimension, subspaces, bits, seed, PassesOfRound);
        }

        return ProductQuantizer.Train(turned, dimension, subspaces, bits, seed).After(rotation);
    }

    private static void Turn(ReadOnlySpan<float> vectors, Rotation rotation, int dimension, float[] turned)
    {
        for (var i = 0; i < turned.Length; i += dimension)
            rotation.Turn(vectors.Slice(i, dimension), turned.AsSpan(i, dimension));
    }

    private static Rotation Random(int dimension, ulong seed)
    {
        var random = new SeededRandom(seed);
        var matrix = new double[dimension * dimension];
        do
        {
            foreach (ref var entry in matrix.AsSpan())
                entry = random.NextGaussian();
        }
        while (!OrthogonalFactor.TryFind(matrix, dimension));
        return new Rotation(Array.ConvertAll(matrix, entry => (float)entry), dimension);
    }

    /// <summary>Σ y·xᵀ over vectors x and what the codes of their rotation stand for, y: the rotation nearest to it is the best for these codes.</summary>
    private static double[] Products(ReadOnlySpan<float> vectors, float[] turned, ProductQuantizer quantizer)
    {
        var (dimension, codes) = (quantizer.Dimension, new byte[quantizer.Subspaces]);
        var (matrix, decoded) = (new double[dimension * dimension], new float[dimension]);
        for (var start = 0; start < turned.Length; start += dimension)
        {
            quantizer.Encode(turned.AsSpan(start, dimension), codes);
            quantizer.Decode(codes, decoded);
            var vector = vectors.Slice(start, dimension);
            for (var i = 0; i < dimension; i++)
            {
                var row = matrix.AsSpan(i * dimension, dimension);
                for (var j = 0; j < dimension; j++)
                    row[j] += (double)decoded[i] * vector[j];
            }
        }

        return matrix;
    }
}
