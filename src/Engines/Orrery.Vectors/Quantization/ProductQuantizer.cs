using Orrery.Vectors.Clustering;

namespace Orrery.Vectors.Quantization;

/// <summary>
/// Vectors as a code for each of several subspaces (PQ; Jégou, Douze, Schmid 2011): a code names the nearest of 16 or 256 codewords that k-means found there.
/// Thread-safe once trained.
/// </summary>
public sealed class ProductQuantizer
{
    private readonly float[] _codewords;

    private ProductQuantizer(float[] codewords, int dimension, int subspaces, int bits) =>
        (_codewords, Dimension, Subspaces, Bits) = (codewords, dimension, subspaces, bits);

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
    public static ProductQuantizer Train(ReadOnlySpan<float> vectors, int dimension, int subspaces, int bits = 8, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        if (subspaces < 1 || dimension % subspaces != 0)
            throw new ArgumentOutOfRangeException(nameof(subspaces), subspaces, $"Expected a divisor of the dimension, {dimension}.");
        if (bits is not 4 and not 8)
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "Expected codes of 4 or 8 bits.");
        if (vectors.Length % dimension != 0)
            throw new ArgumentException($"Expected whole vectors of {dimension} components; got {vectors.Length} numbers.", nameof(vectors));
        var (count, width, codewords) = (vectors.Length / dimension, dimension / subspaces, 1 << bits);
        var trained = new float[codewords * dimension];
        var part = new float[(long)count * width];
        for (var subspace = 0; subspace < subspaces; subspace++)
        {
            for (var i = 0; i < count; i++)
                vectors.Slice(i * dimension + subspace * width, width).CopyTo(part.AsSpan(i * width));
            var found = KMeans.Train(part, width, new KMeansOptions { Clusters = codewords, Seed = seed + (ulong)subspace });
            found.Centroids.CopyTo(trained.AsSpan(subspace * codewords * width));
        }

        return new ProductQuantizer(trained, dimension, subspaces, bits);
    }

    /// <summary>Writes the nearest codeword of each subspace, a byte each. O(2^bits·d).</summary>
    /// <param name="vector">(dimension)</param>
    /// <param name="codes">(subspaces)</param>
    /// <exception cref="ArgumentException">The lengths are others.</exception>
    public void Encode(ReadOnlySpan<float> vector, Span<byte> codes)
    {
        Check(vector.Length, codes.Length);
        for (var subspace = 0; subspace < Subspaces; subspace++)
        {
            var part = vector.Slice(subspace * Width, Width);
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
    }

    /// <summary>Writes the inner product of a vector's parts and every codeword: a product with a coded vector is then the sum of one entry a subspace. O(2^bits·d).</summary>
    /// <param name="vector">(dimension)</param>
    /// <param name="products">(subspaces, codewords)</param>
    internal void Products(ReadOnlySpan<float> vector, Span<float> products)
    {
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

    private ReadOnlySpan<float> Codeword(int subspace, int code) => _codewords.AsSpan((subspace * Codewords + code) * Width, Width);

    private void Check(int components, int codes)
    {
        if (components != Dimension || codes != Subspaces)
            throw new ArgumentException($"Expected {Dimension} components and {Subspaces} codes; got {components} and {codes}.");
    }
}
