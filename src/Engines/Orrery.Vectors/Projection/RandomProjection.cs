using Orrery.Statistics;
using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Projection;

/// <summary>
/// Fewer components by a random matrix: Euclidean distances between any n points are kept up to 1 ± ε with high probability in O(log n / ε²) components, however many
/// there were (Johnson and Lindenstrauss 1984). It learns nothing, so it can be drawn before there is data. Immutable and thread-safe.
/// </summary>
public sealed class RandomProjection
{
    // Dense: (components, dimension).
    private readonly float[]? _dense;

    // Sparse: for each component the places that are added, and after _middles[c] those that are taken away.
    private readonly int[] _places = [];
    private readonly int[] _starts = [];
    private readonly int[] _middles = [];
    private readonly float _scale;

    private RandomProjection(int dimension, int components, float[] dense) => (Dimension, Components, _dense, _scale) = (dimension, components, dense, 1);

    private RandomProjection(int dimension, int[] places, int[] starts, int[] middles, float scale)
    {
        (Dimension, Components) = (dimension, middles.Length);
        (_places, _starts, _middles, _scale) = (places, starts, middles, scale);
    }

    /// <summary>Components of a vector before.</summary>
    public int Dimension { get; }

    /// <summary>Components of a vector after.</summary>
    public int Components { get; }

    /// <summary>A matrix of normal entries with variance 1 / components. O(d·components) memory, and as much time a vector.</summary>
    /// <param name="dimension">Components of a vector: at least 1.</param>
    /// <param name="components">Components afterwards: at least 1. <see cref="LeastComponents"/> says how many keep distances.</param>
    /// <param name="seed">The same seed draws the same matrix.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static RandomProjection Gaussian(int dimension, int components, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(components);
        var random = new SeededRandom(seed);
        var (entries, deviation) = (new float[checked(dimension * components)], 1 / Math.Sqrt(components));
        for (var i = 0; i < entries.Length; i++)
            entries[i] = (float)(deviation * random.NextGaussian());
        return new RandomProjection(dimension, components, entries);
    }

    /// <summary>A matrix of which only a part differs from zero: ±√(1 / (density·components)) with equal chances (Achlioptas 2003; Li, Hastie and Church 2006). O(density·d·components) a vector.</summary>
    /// <param name="dimension">Components of a vector: at least 1.</param>
    /// <param name="components">Components afterwards: at least 1. <see cref="LeastComponents"/> says how many keep distances.</param>
    /// <param name="density">The part of entries that is not zero, in (0, 1]: 1/3 is Achlioptas' and the default, 1/√d is Li's "very sparse".</param>
    /// <param name="seed">The same seed draws the same matrix.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the density out of its range.</exception>
    public static RandomProjection Sparse(int dimension, int components, double density = 1 / 3.0, ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(components);
        if (!(density is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(density), density, "Expected a density in (0, 1].");
        var random = new SeededRandom(seed);
        var (places, less) = (new List<int>(), new List<int>());
        var (starts, middles) = (new int[components + 1], new int[components]);
        for (var component = 0; component < components; component++)
        {
            starts[component] = places.Count;
            less.Clear();
            for (var place = 0; place < dimension; place++)
            {
                var drawn = random.NextDouble();
                if (drawn < density)
                    (drawn < density / 2 ? places : less).Add(place);
            }

            middles[component] = places.Count;
            places.AddRange(less);
        }

        starts[components] = places.Count;
        return new RandomProjection(dimension, [.. places], starts, middles, (float)Math.Sqrt(1 / (density * components)));
    }

    /// <summary>
    /// How many components keep all squared distances between so many points up to 1 ± distortion, with a chance of at least 1 − 1/points (Dasgupta and Gupta 2003, theorem 2.1): 4·ln n / (ε²/2 − ε³/3).
    /// </summary>
    /// <param name="points">At least 1.</param>
    /// <param name="distortion">ε, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static int LeastComponents(long points, double distortion)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(points);
        if (!(distortion is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(distortion), distortion, "Expected a distortion in (0, 1).");
        var least = 4 * Math.Log(points) / ((distortion * distortion / 2) - (distortion * distortion * distortion / 3));
        return least <= int.MaxValue ? Math.Max(1, (int)Math.Ceiling(least)) : throw new ArgumentOutOfRangeException(nameof(distortion), distortion, $"So small a distortion takes {least:E1} components.");
    }

    /// <summary>Writes where a vector lies. Linear: what is NaN or infinite stays so.</summary>
    /// <param name="vector">(dimension)</param>
    /// <param name="projected">(components)</param>
    /// <exception cref="ArgumentException">The lengths are others.</exception>
    public void Project(ReadOnlySpan<float> vector, Span<float> projected)
    {
        if (vector.Length != Dimension || projected.Length != Components)
            throw new ArgumentException($"Expected {Dimension} components and room for {Components}; got {vector.Length} and {projected.Length}.", nameof(vector));
        for (var component = 0; component < projected.Length; component++)
            projected[component] = _dense is null ? _scale * SignedSum(vector, component) : Distance.Dot(_dense.AsSpan(component * Dimension, Dimension), vector);
    }

    private float SignedSum(ReadOnlySpan<float> vector, int component)
    {
        var sum = 0f;
        foreach (var place in _places.AsSpan(_starts[component].._middles[component]))
            sum += vector[place];
        foreach (var place in _places.AsSpan(_middles[component].._starts[component + 1]))
            sum -= vector[place];
        return sum;
    }
}
