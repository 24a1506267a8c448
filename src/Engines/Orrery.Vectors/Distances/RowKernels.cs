namespace Orrery.Vectors.Distances;

/// <summary>The kernels of one metric over one kind of rows: a pair, a contiguous block, and chosen rows of a block.</summary>
internal readonly unsafe struct RowKernels(
    delegate*<byte*, byte*, int, float> pair, delegate*<byte*, byte*, int, int, float*, void> block, delegate*<byte*, byte*, int, int*, int, float*, void> gather)
{
    /// <summary>(x, y, length)</summary>
    public readonly delegate*<byte*, byte*, int, float> Pair = pair;

    /// <summary>(query, block, length, rows, sums)</summary>
    public readonly delegate*<byte*, byte*, int, int, float*, void> Block = block;

    /// <summary>(query, block, length, slots, count, sums)</summary>
    public readonly delegate*<byte*, byte*, int, int*, int, float*, void> Gather = gather;

    public static RowKernels OfFloat32(Metric metric) => OfFloats<Float32>(metric);

    /// <summary>Over rows of one of the component types that <see cref="Distance"/> names.</summary>
    public static RowKernels Of<T>(Metric metric)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return OfFloats<Float32>(metric);
        if (typeof(T) == typeof(Half))
            return OfFloats<IeeeFloat16>(metric);
        if (typeof(T) == typeof(BFloat16))
            return OfFloats<BrainFloat16>(metric);
        if (typeof(T) == typeof(sbyte))
            return OfIntegers<Int8>(metric);
        return typeof(T) == typeof(byte)
            ? OfIntegers<UInt8>(metric)
            : throw new NotSupportedException($"Expected components of float, Half, BFloat16, sbyte or byte; got {typeof(T).Name}. Convert them first.");
    }

    /// <summary>Over bits; a length is in units of four bytes.</summary>
    public static RowKernels OfBits() => new(&BitKernel.Pair, &BitKernel.Block, &BitKernel.Gather);

    /// <summary>(packed queries, block, dimension, rows, sums): see <see cref="TileKernel"/>.</summary>
    public static delegate*<float*, float*, int, int, float*, void> Tile(Metric metric) => metric switch
    {
        Metric.Cosine or Metric.Dot => &TileKernel.Sums<NegatedProduct>,
        Metric.Euclidean => &TileKernel.Sums<SquaredDifference>,
        Metric.Manhattan => &TileKernel.Sums<AbsoluteDifference>,
        Metric.Hamming => &TileKernel.Sums<Inequality>,
        _ => throw Unknown(metric),
    };

    private static RowKernels OfFloats<TElement>(Metric metric)
        where TElement : struct, IElement => metric switch
        {
            Metric.Cosine or Metric.Dot => Of<NegatedProduct, TElement>(),
            Metric.Euclidean => Of<SquaredDifference, TElement>(),
            Metric.Manhattan => Of<AbsoluteDifference, TElement>(),
            Metric.Hamming => Of<Inequality, TElement>(),
            _ => throw Unknown(metric),
        };

    private static RowKernels OfIntegers<TElement>(Metric metric)
        where TElement : struct, IIntegerElement => metric switch
        {
            Metric.Cosine or Metric.Dot => OfIntegers<IntegerNegatedProduct, TElement>(),
            Metric.Euclidean => OfIntegers<IntegerSquaredDifference, TElement>(),
            Metric.Manhattan => OfIntegers<IntegerAbsoluteDifference, TElement>(),
            Metric.Hamming => OfIntegers<IntegerInequality, TElement>(),
            _ => throw Unknown(metric),
        };

    private static ArgumentOutOfRangeException Unknown(Metric metric) => new(nameof(metric), metric, "Expected one of the named metrics.");

    /// <summary>Over int8 codes of one scale. The sums are in units of that scale, which changes no order.</summary>
    public static RowKernels OfInt8(Metric metric) => metric switch
    {
        Metric.Cosine or Metric.Dot => OfCodes<IntegerNegatedProduct>(),
        Metric.Euclidean => OfCodes<IntegerSquaredDifference>(),
        Metric.Manhattan => OfCodes<IntegerAbsoluteDifference>(),
        _ => throw new ArgumentException($"Expected a metric that small errors change little; {metric} asks whether components are equal. Leave the quantizer out.", nameof(metric)),
    };

    private static RowKernels Of<TTerm, TElement>()
        where TTerm : struct, ITerm
        where TElement : struct, IElement =>
        new(&PairKernel.Sum<TTerm, TElement>, &BlockKernel.Sums<TTerm, TElement>, &BlockKernel.Gather<TTerm, TElement>);

    private static RowKernels OfIntegers<TTerm, TElement>()
        where TTerm : struct, IIntegerTerm
        where TElement : struct, IIntegerElement =>
        new(&IntegerKernel.Pair<TTerm, TElement>, &IntegerKernel.Block<TTerm, TElement>, &IntegerKernel.Gather<TTerm, TElement>);

    private static RowKernels OfCodes<TTerm>()
        where TTerm : struct, IIntegerTerm =>
        new(&Int8Kernel.Pair<TTerm>, &Int8Kernel.Block<TTerm>, &Int8Kernel.Gather<TTerm>);
}
