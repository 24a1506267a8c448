using Orrery.Vectors.Clustering;
using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Quantization;

/// <summary>
/// Vectors as a code for each of several subspaces (PQ; Jégou, Douze, Schmid 2011): a code names the nearest of 16 or 256 codewords that k-means found there.
/// Thread-safe once trained.
/// </summary>
public sealed class ProductQuantizer
{
    private const int MostPasses = 25;

    private readonly float[] _codewords;
    private readonly Rotation? _rotation;

    private ProductQuantizer(float[] codewords, int dimension, int subspaces, int bits, Rotation? rotation = null) =>
        (_codewords, Dimension, Subspaces, Bits, _rotation) = (codewords, dimension, subspaces, bits, rotation);

    /// <summary>A quantizer that was trained before.</summary>
    /// <param name="codewords">(subspaces, 2^bits, dimension / subspaces)</param>
    /// <param name="dimension">A multiple of the subspaces.</param>
    /// <param name="subspaces">At least 1.</param>
    /// <param name="bits">4 or 8.</param>
    internal static ProductQuantizer Of(float[] codewords, int dimension, int subspaces, int bits)
    {
        CheckShape(dimension, subspaces, bits);
        return codewords.Length == dimension << bits ? new(codewords, dimension, subspaces, bits)
            : throw new ArgumentException($"Expected {dimension << bits} components of codewords; got {codewords.Length}.", nameof(codewords));
    }

    /// <summary>(subspaces, 2^bits, dimension / subspaces)</summary>
    internal float[] AllCodewords => _codewords;

    /// <summary>The number of components of every vector.</summary>
    public int Dimension { get; }

    /// <summary>The number of codes of a vector.</summary>
    public int Subspaces { get; }

    /// <summary>Bits of a code: 4 or 8.</summary>
    public int Bits { get; }

    /// <summary>Codewords of a subspace.</summary>
    public int Codewords => 1 << Bits;

    private int Width => Dimension / Subspaces;

    /// <summary>Finds codewords. O(n·2^bits·d) a pass of k-means.</summary>
    /// <param name="vectors">(vectors, dimension): some dozens for each codeword.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="subspaces">How many: a divisor of the dimension.</param>
    /// <param name="bits">Of a code: 4 or 8.</param>
    /// <param name="seed">The same seed and vectors give the same codewords.</param>
    /// <exception cref="ArgumentException">There are fewer vectors than codewords, or these are no whole finite vectors.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The subspaces do not divide the dimension, or bits are neither 4 nor 8.</exception>
    public static ProductQuantizer Train(ReadOnlySpan<float> vectors, int dimension, int subspaces, int bits = 8, ulong seed = 0) =>
        Train(vectors, dimension, subspaces, bits, seed, MostPasses);

    /// <inheritdoc cref="Train(ReadOnlySpan{float}, int, int, int, ulong)"/>
    /// <param name="vectors">(vectors, dimension): some dozens for each codeword.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="subspaces">How many: a divisor of the dimension.</param>
    /// <param name="bits">Of a code: 4 or 8.</param>
    /// <param name="seed">The same seed and vectors give the same codewords.</param>
    /// <param name="passes">Of k-means at most.</param>
    internal static ProductQuantizer Train(ReadOnlySpan<float> vectors, int dimension, int subspaces, int bits, ulong seed, int passes)
    {
        CheckShape(dimension, subspaces, bits);
        if (vectors.Length % dimension != 0)
            throw new ArgumentException($"Expected whole vectors of {dimension} components; got {vectors.Length} numbers.", nameof(vectors));
        var (count, width, codewords) = (vectors.Length / dimension, dimension / subspaces, 1 << bits);
        var trained = new float[codewords * dimension];
        var part = new float[(long)count * width];
        for (var subspace = 0; subspace < subspaces; subspace++)
        {
            for (var i = 0; i < count; i++)
                vectors.Slice(i * dimension + subspace * width, width).CopyTo(part.AsSpan(i * width));
            var found = KMeans.Train(part, width, new KMeansOptions { Clusters = codewords, Iterations = passes, Seed = seed + (ulong)subspace });
            found.Centroids.CopyTo(trained.AsSpan(subspace * codewords * width));
        }

        return new ProductQuantizer(trained, dimension, subspaces, bits);
    }

    /// <summary>
    /// Finds codewords and a rotation before them, which spreads what vectors have in common over all subspaces (OPQ; Ge, He, Ke and Sun 2013): codes err less where components depend on each other or differ in
    /// their spread. A vector costs O(d²) more to encode.
    /// </summary>
    /// <inheritdoc cref="Train(ReadOnlySpan{float}, int, int, int, ulong)"/>
    /// <param name="vectors">(vectors, dimension): some dozens for each codeword.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="subspaces">How many: a divisor of the dimension.</param>
    /// <param name="bits">Of a code: 4 or 8.</param>
    /// <param name="rounds">Of rotation and codewords: at least 1, default 8. O(n·(2^bits·d·passes + d²) + d³) each.</param>
    /// <param name="seed">The same seed and vectors give the same codewords.</param>
    public static ProductQuantizer TrainOptimized(ReadOnlySpan<float> vectors, int dimension, int subspaces, int bits = 8, int rounds = 8, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rounds);
        return OptimizedRotation.Train(vectors, dimension, subspaces, bits, rounds, seed);
    }

    /// <summary>The same codewords, for vectors that are rotated first.</summary>
    internal ProductQuantizer After(Rotation rotation) => new(_codewords, Dimension, Subspaces, Bits, rotation);

    /// <summary>Writes the nearest codeword of each subspace, a byte each. O(2^bits·d).</summary>
    /// <param name="vector">(dimension)</param>
    /// <param name="codes">(subspaces)</param>
    /// <exception cref="ArgumentException">The lengths are others.</exception>
    public void Encode(ReadOnlySpan<float> vector, Span<byte> codes)
    {
        Check(vector.Length, codes.Length);
        var turned = Turned(vector);
        for (var subspace = 0; subspace < Subspaces; subspace++)
        {
            var part = turned.Slice(subspace * Width, Width);
            var (best, least) = (0, float.PositiveInfinity);
            for (var code = 0; code < Codewords; code++)
            {
                var codeword = Codeword(subspace, code);
                var sum = 0f;
                for (var i = 0; i < part.Length; i++)
                    sum += (part[i] - codeword[i]) * (part[i] - codeword[i]);
                if (sum < least)
                    (best, least) = (code, sum);
            }

            codes[subspace] = (byte)best;
        }
    }

    /// <summary>Writes the codewords one after the other. O(d).</summary>
    /// <param name="codes">(subspaces)</param>
    /// <param name="vector">(dimension)</param>
    /// <exception cref="ArgumentException">The lengths are others, or a code names no codeword.</exception>
    public void Decode(ReadOnlySpan<byte> codes, Span<float> vector)
    {
        Check(vector.Length, codes.Length);
        for (var subspace = 0; subspace < Subspaces; subspace++)
        {
            if (codes[subspace] >= Codewords)
                throw new ArgumentException($"Expected codes below {Codewords}; got {codes[subspace]}.", nameof(codes));
            Codeword(subspace, codes[subspace]).CopyTo(vector[(subspace * Width)..]);
        }

        _rotation?.TurnBack(vector.ToArray(), vector);
    }

    /// <summary>Writes the inner product of a vector's parts and every codeword: a product with a coded vector is then the sum of one entry a subspace. O(2^bits·d).</summary>
    /// <param name="vector">(dimension)</param>
    /// <param name="products">(subspaces, codewords)</param>
    internal void Products(ReadOnlySpan<float> vector, Span<float> products)
    {
        vector = Turned(vector);
        for (var subspace = 0; subspace < Subspaces; subspace++)
        {
            var part = vector.Slice(subspace * Width, Width);
            for (var code = 0; code < Codewords; code++)
            {
                var codeword = Codeword(subspace, code);
                var sum = 0f;
                for (var i = 0; i < part.Length; i++)
                    sum += part[i] * codeword[i];
                products[subspace * Codewords + code] = sum;
            }
        }
    }

    /// <summary>What each codeword adds to a distance from the vector: squared differences, or absolute ones. A distance from a coded vector is then the sum of one entry a subspace. O(2^bits·d).</summary>
    /// <param name="vector">(dimension)</param>
    /// <param name="metric">Manhattan, or one that orders as Euclid does.</param>
    /// <param name="table">(subspaces, codewords)</param>
    internal unsafe void Distances(ReadOnlySpan<float> vector, Metric metric, Span<float> table)
    {
        vector = Turned(vector);
        var kernels = RowKernels.OfFloat32(metric is Metric.Manhattan ? metric : Metric.Euclidean);
        fixed (float* parts = vector, codewords = _codewords, sums = table)
        {
            for (var subspace = 0; subspace < Subspaces; subspace++)
                kernels.Block((byte*)(parts + subspace * Width), (byte*)(codewords + (long)subspace * Codewords * Width), Width, Codewords, sums + subspace * Codewords);
        }
    }

    private ReadOnlySpan<float> Turned(ReadOnlySpan<float> vector)
    {
        if (_rotation is null)
            return vector;
        var turned = new float[Dimension];
        _rotation.Turn(vector, turned);
        return turned;
    }

    private static void CheckShape(int dimension, int subspaces, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        if (subspaces < 1 || dimension % subspaces != 0)
            throw new ArgumentOutOfRangeException(nameof(subspaces), subspaces, $"Expected a divisor of the dimension, {dimension}.");
        if (bits is not 4 and not 8)
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "Expected codes of 4 or 8 bits.");
    }

    private ReadOnlySpan<float> Codeword(int subspace, int code) => _codewords.AsSpan((subspace * Codewords + code) * Width, Width);

    private void Check(int components, int codes)
    {
        if (components != Dimension || codes != Subspaces)
            throw new ArgumentException($"Expected {Dimension} components and {Subspaces} codes; got {components} and {codes}.");
    }
}
