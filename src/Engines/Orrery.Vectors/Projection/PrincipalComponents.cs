namespace Orrery.Vectors.Projection;

/// <summary>
/// The directions in which vectors differ most (Pearson 1901), each orthogonal to those before it; found by subspace iteration over the centred vectors (Golub and Van Loan,
/// Matrix Computations, section 8.2.4), without a covariance matrix. Immutable and thread-safe.
/// </summary>
public sealed class PrincipalComponents
{
    /// <summary>A component has settled when it turns by less than this in a step.</summary>
    private const double Settled = 1e-10;

    private const int MaxIterations = 500;

    private readonly double[] _mean;
    private readonly double[][] _components;

    private PrincipalComponents(double[] mean, double[][] components, double[] variances) => (_mean, _components, Variances) = (mean, components, variances);

    /// <summary>How many components there are.</summary>
    public int Count => _components.Length;

    /// <summary>Components of a vector.</summary>
    public int Dimension => _mean.Length;

    /// <summary>The variance along each component, greatest first; divided by the number of vectors less one.</summary>
    public IReadOnlyList<double> Variances { get; }

    /// <summary>Finds the first components.</summary>
    /// <param name="vectors">(rows, dimension); at least two rows, all finite.</param>
    /// <param name="dimension">At least 1.</param>
    /// <param name="components">1 to dimension.</param>
    /// <param name="seed">Where the iteration begins; the same seed and input give the same bits.</param>
    /// <remarks>O(iterations · rows · dimension · components) time, O(rows · components + dimension · components) memory beside the vectors.</remarks>
    public static PrincipalComponents Fit(ReadOnlySpan<float> vectors, int dimension, int components, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(components, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(components, dimension);
        if (vectors.Length % dimension != 0 || vectors.Length / dimension < 2)
            throw new ArgumentException($"Expected at least two vectors of {dimension} components, got {vectors.Length} numbers.", nameof(vectors));
        var rows = vectors.Length / dimension;
        var mean = Mean(vectors, dimension);
        var basis = Start(dimension, components, seed);
        var scores = new double[components][];
        for (var c = 0; c < components; c++)
            scores[c] = new double[rows];
        for (var iteration = 0; iteration < MaxIterations; iteration++)
        {
            Score(vectors, mean, basis, scores);
            var next = Gather(vectors, mean, scores);
            Orthonormalize(next);
            var turned = 1 - basis.Zip(next).Min(pair => Math.Abs(Dot(pair.First, pair.Second)));
            basis = next;
            if (turned < Settled)
                break;
        }

        Score(vectors, mean, basis, scores);
        var variances = scores.Select(score => score.Sum(value => value * value) / (rows - 1)).ToArray();
        foreach (var component in basis)
            Orient(component);
        return new(mean, basis, variances);
    }

    /// <summary>Where a vector lies along each component.</summary>
    /// <param name="vector">(dimension)</param>
    /// <param name="place">(components)</param>
    public void Project(ReadOnlySpan<float> vector, Span<double> place)
    {
        if (vector.Length != Dimension)
            throw new ArgumentException($"Expected {Dimension} components, got {vector.Length}.", nameof(vector));
        if (place.Length != Count)
            throw new ArgumentException($"Expected room for {Count} numbers, got {place.Length}.", nameof(place));
        for (var c = 0; c < Count; c++)
            place[c] = Dot(vector, _mean, _components[c]);
    }

    private static double[] Mean(ReadOnlySpan<float> vectors, int dimension)
    {
        var mean = new double[dimension];
        for (var i = 0; i < vectors.Length; i++)
        {
            if (!float.IsFinite(vectors[i]))
                throw new ArgumentException($"Vector {i / dimension} has {vectors[i]} as component {i % dimension}; only finite numbers have components.", nameof(vectors));
            mean[i % dimension] += vectors[i];
        }

        for (var d = 0; d < dimension; d++)
            mean[d] /= vectors.Length / dimension;
        return mean;
    }

    private static double[][] Start(int dimension, int components, int seed)
    {
        var random = new Random(seed);
        var basis = new double[components][];
        for (var c = 0; c < components; c++)
        {
            basis[c] = new double[dimension];
            for (var d = 0; d < dimension; d++)
                basis[c][d] = random.NextDouble() - 0.5;
        }

        Orthonormalize(basis);
        return basis;
    }

    /// <summary>scores = (vectors − mean) · basis</summary>
    private static void Score(ReadOnlySpan<float> vectors, double[] mean, double[][] basis, double[][] scores)
    {
        var dimension = mean.Length;
        for (var row = 0; row < scores[0].Length; row++)
        {
            var vector = vectors.Slice(row * dimension, dimension);
            for (var c = 0; c < basis.Length; c++)
                scores[c][row] = Dot(vector, mean, basis[c]);
        }
    }

    /// <summary>(vectors − mean)ᵀ · scores</summary>
    private static double[][] Gather(ReadOnlySpan<float> vectors, double[] mean, double[][] scores)
    {
        var dimension = mean.Length;
        var gathered = new double[scores.Length][];
        for (var c = 0; c < scores.Length; c++)
        {
            var sum = gathered[c] = new double[dimension];
            for (var row = 0; row < scores[c].Length; row++)
            {
                var vector = vectors.Slice(row * dimension, dimension);
                var score = scores[c][row];
                for (var d = 0; d < dimension; d++)
                    sum[d] += score * (vector[d] - mean[d]);
            }
        }

        return gathered;
    }

    /// <summary>Modified Gram–Schmidt. A direction that nothing is left of, because the vectors have fewer, becomes the unit vector that is most orthogonal to those before it.</summary>
    private static void Orthonormalize(double[][] basis)
    {
        for (var c = 0; c < basis.Length; c++)
        {
            var length = Math.Sqrt(Dot(basis[c], basis[c]));
            Reduce(basis, c);
            var left = Math.Sqrt(Dot(basis[c], basis[c]));
            if (left <= 1e-12 * length || left == 0)
            {
                var free = Enumerable.Range(0, basis[c].Length).MinBy(d => Enumerable.Range(0, c).Sum(before => basis[before][d] * basis[before][d]));
                Array.Clear(basis[c]);
                basis[c][free] = 1;
                Reduce(basis, c);
                left = Math.Sqrt(Dot(basis[c], basis[c]));
            }

            for (var d = 0; d < basis[c].Length; d++)
                basis[c][d] /= left;
        }
    }

    private static void Reduce(double[][] basis, int c)
    {
        for (var before = 0; before < c; before++)
        {
            var share = Dot(basis[c], basis[before]);
            for (var d = 0; d < basis[c].Length; d++)
                basis[c][d] -= share * basis[before][d];
        }
    }

    /// <summary>A component and its opposite are as good; the one whose greatest entry is positive is taken, so that a picture does not flip.</summary>
    private static void Orient(double[] component)
    {
        if (component.MaxBy(Math.Abs) < 0)
        {
            for (var d = 0; d < component.Length; d++)
                component[d] = -component[d];
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0d;
        for (var d = 0; d < a.Length; d++)
            sum += a[d] * b[d];
        return sum;
    }

    private static double Dot(ReadOnlySpan<float> vector, double[] mean, double[] component)
    {
        var sum = 0d;
        for (var d = 0; d < mean.Length; d++)
            sum += (vector[d] - mean[d]) * component[d];
        return sum;
    }
}
