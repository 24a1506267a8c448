namespace Orrery.Vectors.Distances;

/// <summary>
/// Distances between two vectors, or from one to many, by the widest instructions that the processor has (AVX-512, AVX2, 128-bit). Components are <see cref="float"/>,
/// <see cref="Half"/>, <see cref="BFloat16"/>, <see cref="sbyte"/> or <see cref="byte"/>; others are a <see cref="NotSupportedException"/>. O(d), no allocation, thread-safe.
/// Sums of floating-point components are float32: the relative error grows like d·2⁻²⁴ at worst, and squares beyond 3.4e38 overflow to infinity. Sums of integers are exact
/// and rounded once. NaN stays NaN, except that Hamming counts it as different. Empty vectors are 0 apart.
/// </summary>
public static unsafe class Distance
{
    /// <summary>Σ xᵢyᵢ: a similarity, greater is closer.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged => 0 - Sum(Metric.Dot, x, y);

    /// <summary>1 − cos(x, y), in [0, 2]; NaN where a vector is zero, as it has no direction.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float Cosine<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged => x.IsEmpty && y.IsEmpty ? 0 : Cosine(Dot(x, y), Dot(x, x), Dot(y, y));

    /// <summary>√Σ (xᵢ − yᵢ)².</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float Euclidean<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged => MathF.Sqrt(SquaredEuclidean(x, y));

    /// <summary>Σ (xᵢ − yᵢ)²: ranks as <see cref="Euclidean"/> does.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float SquaredEuclidean<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged => Sum(Metric.Euclidean, x, y);

    /// <summary>Σ |xᵢ − yᵢ|.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static float Manhattan<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged => Sum(Metric.Manhattan, x, y);

    /// <summary>The number of components that differ. For packed bits see <see cref="HammingBits"/>.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static int Hamming<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged => (int)Sum(Metric.Hamming, x, y);

    /// <summary>The number of bits that differ, eight a byte.</summary>
    /// <exception cref="ArgumentException">The vectors differ in length.</exception>
    public static long HammingBits(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        SameLength(x.Length, y.Length);
        fixed (byte* first = x, second = y)
            return BitKernel.Differences(first, second, x.Length);
    }

    /// <summary>The distances, as <see cref="Metric"/> defines them, from one vector to each of many.</summary>
    /// <param name="metric">How distance is measured.</param>
    /// <param name="query">(dimension)</param>
    /// <param name="rows">(rows, dimension)</param>
    /// <param name="distances">(rows)</param>
    /// <exception cref="ArgumentException">The rows are not as many vectors of the query's length as there is room for distances.</exception>
    public static void ToMany<T>(Metric metric, ReadOnlySpan<T> query, ReadOnlySpan<T> rows, Span<float> distances)
        where T : unmanaged
    {
        var kernels = RowKernels.Of<T>(metric);
        if ((long)query.Length * distances.Length != rows.Length)
            throw new ArgumentException($"Expected {distances.Length} rows of {query.Length} components, as many as distances; got {rows.Length} components.", nameof(rows));
        fixed (T* first = query, block = rows)
        {
            fixed (float* sums = distances)
                kernels.Block((byte*)first, (byte*)block, query.Length, distances.Length, sums);
        }

        if (metric is Metric.Euclidean)
        {
            foreach (ref var distance in distances)
                distance = MathF.Sqrt(distance);
        }

        if (metric is not Metric.Cosine || query.IsEmpty)
            return;
        var square = Dot(query, query);
        for (var i = 0; i < distances.Length; i++)
        {
            var row = rows.Slice(i * query.Length, query.Length);
            distances[i] = Cosine(-distances[i], square, Dot(row, row));
        }
    }

    // Roots are taken in double, so that the product of two squared lengths neither overflows nor underflows.
    private static float Cosine(float dot, float squareX, float squareY) => (float)(1 - Math.Clamp(dot / (Math.Sqrt(squareX) * Math.Sqrt(squareY)), -1, 1));

    private static float Sum<T>(Metric metric, ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged
    {
        SameLength(x.Length, y.Length);
        fixed (T* first = x, second = y)
            return RowKernels.Of<T>(metric).Pair((byte*)first, (byte*)second, x.Length);
    }

    private static void SameLength(int x, int y)
    {
        if (x != y)
            throw new ArgumentException($"Expected two vectors of one length; got {x} and {y}.", nameof(y));
    }
}
