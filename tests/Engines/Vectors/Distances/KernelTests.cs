using Orrery.Statistics;
using Orrery.Vectors.Distances;
using Xunit;

namespace Orrery.Vectors.Tests.Distances;

/// <summary>Every width of every kernel against a sum in double, one component after the other, over all lengths 0–1,100.</summary>
public sealed unsafe class KernelTests
{
    private const int Longest = 1100;

    private static readonly float[] Specials =
    [
        0f, -0f, float.Epsilon, -1e-40f, 1e-39f, 1f, -1f, float.MaxValue, float.NaN, float.PositiveInfinity, float.NegativeInfinity,
    ];

    private delegate float Variant(byte* x, byte* y, int length);

    [Fact]
    public void Dot_products_agree_with_double() => EveryElementAgrees<NegatedProduct>((x, y) => -(double)x * y);

    [Fact]
    public void Squared_differences_agree_with_double() => EveryElementAgrees<SquaredDifference>((x, y) => ((double)x - y) * ((double)x - y));

    [Fact]
    public void Absolute_differences_agree_with_double() => EveryElementAgrees<AbsoluteDifference>((x, y) => Math.Abs((double)x - y));

    [Fact]
    public void Inequalities_agree_with_double() => EveryElementAgrees<Inequality>((x, y) => x == y ? 0 : 1);

    private static void EveryElementAgrees<TTerm>(Func<float, float, double> term)
        where TTerm : struct, ITerm
    {
        EveryVariantAgrees<TTerm, Float32, float>(term, value => value);
        EveryVariantAgrees<TTerm, IeeeFloat16, Half>(term, value => (Half)value);
        EveryVariantAgrees<TTerm, BrainFloat16, BFloat16>(term, value => (BFloat16)value);
    }

    private static void EveryVariantAgrees<TTerm, TElement, T>(Func<float, float, double> term, Func<float, T> store)
        where TTerm : struct, ITerm
        where TElement : struct, IElement
        where T : unmanaged
    {
        (string Name, int Shortest, Variant Sum)[] variants =
        [
            ("scalar", 0, PairKernel.SumScalar<TTerm, TElement>), ("128 bits", 4, PairKernel.Sum128<TTerm, TElement>), ("256 bits", 8, PairKernel.Sum256<TTerm, TElement>),
            ("512 bits", 16, PairKernel.Sum512<TTerm, TElement>), ("chosen", 0, PairKernel.Sum<TTerm, TElement>),
            ("block", 0, Row<TElement>(BlockKernel.Sums<TTerm, TElement>)), ("gather", 0, Row<TElement>(Gathered<TTerm, TElement>)),
            ("block of 256 bits", 8, Row<TElement>(Four(BlockKernel.Four256<TTerm, TElement>))),
            ("block of 512 bits", 16, Row<TElement>(Four(BlockKernel.Four512<TTerm, TElement>))),
        ];
        var random = new SeededRandom(11);
        for (var length = 0; length <= Longest; length++)
        {
            foreach (var special in (bool[])[false, true])
            {
                // Exactly as long as said: what lies behind belongs to somebody else.
                T[] x = [.. Values(random, length, special).Select(store)], y = [.. Values(random, length, special).Select(store)];
                double sum = 0, magnitude = 0;
                fixed (T* xs = x, ys = y)
                {
                    byte* first = (byte*)xs, second = (byte*)ys;
                    for (var i = 0; i < length; i++)
                    {
                        // The scalar load is .NET's own conversion.
                        var addend = term(TElement.Load(first + i * TElement.Size), TElement.Load(second + i * TElement.Size));
                        sum += addend;
                        magnitude += Math.Abs(addend);
                    }

                    foreach (var (name, shortest, variant) in variants)
                    {
                        if (length >= shortest)
                            Agrees(sum, magnitude, length, variant(first, second, length), $"{name}, length {length}");
                    }
                }
            }
        }
    }

    private delegate void Block(byte* query, byte* block, int dimension, int rows, float* sums);

    private delegate void FourRows(byte* query, byte* first, byte* second, byte* third, byte* fourth, int dimension, float* sums);

    private static Block Four(FourRows four) => (query, block, dimension, _, sums) =>
    {
        // The block is five equal rows; any four will do.
        var size = RowBytes;
        four(query, block, block + size, block + 2 * size, block + 3 * size, dimension, sums);
    };

    [ThreadStatic]
    private static int RowBytes;

    private static void Gathered<TTerm, TElement>(byte* query, byte* block, int dimension, int rows, float* sums)
        where TTerm : struct, ITerm
        where TElement : struct, IElement
    {
        var slots = stackalloc int[] { 4, 2, 0, 1, 3 };
        BlockKernel.Gather<TTerm, TElement>(query, block, dimension, slots, rows, sums);
    }

    /// <summary>A block of five rows that all hold the same vector: four together and one that is left.</summary>
    private static Variant Row<TElement>(Block sums)
        where TElement : struct, IElement => (x, y, length) =>
    {
        RowBytes = length * TElement.Size;
        var block = new byte[5 * RowBytes];
        for (var row = 0; row < 5; row++)
            new Span<byte>(y, RowBytes).CopyTo(block.AsSpan(row * RowBytes));
        var results = stackalloc float[5];
        fixed (byte* rows = block)
            sums(x, rows, length, 5, results);
        for (var row = 1; row < 4; row++)
            Assert.Equal(results[0], results[row]);
        return results[0];
    };

    private static float[] Values(SeededRandom random, int length, bool special)
    {
        var values = new float[length];
        for (var i = 0; i < length; i++)
            values[i] = special && random.NextInt(Math.Max(4, length / 2)) == 0 ? Specials[random.NextInt(Specials.Length)] : (float)random.NextGaussian();
        return values;
    }

    private static void Agrees(double expected, double magnitude, int length, float actual, string where)
    {
        if (double.IsNaN(expected))
        {
            Assert.True(float.IsNaN(actual), $"{where}: expected NaN, got {actual}");
            return;
        }

        // Above float's range, sums of either sign may meet in any order: only an exact infinity is fixed.
        if (magnitude >= float.MaxValue)
        {
            Assert.True(!double.IsInfinity(expected) || !float.IsFinite(actual), $"{where}: expected {expected}, got {actual}");
            return;
        }

        // The bound of recursive summation, n·u·Σ|term|, with one rounding more for the term, and a denormal's step for each.
        var bound = (length + 2) * 6e-8 * magnitude + length * 1.5e-45;
        Assert.True(Math.Abs(expected - actual) <= bound, $"{where}: expected {expected}, got {actual}, allowed {bound}");
    }
}
