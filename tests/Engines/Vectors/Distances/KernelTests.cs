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

    private delegate float Variant(float* x, float* y, int length);

    [Fact]
    public void Dot_products_agree_with_double() => EveryVariantAgrees<NegatedProduct>((x, y) => -(double)x * y);

    [Fact]
    public void Squared_differences_agree_with_double() => EveryVariantAgrees<SquaredDifference>((x, y) => ((double)x - y) * ((double)x - y));

    [Fact]
    public void Absolute_differences_agree_with_double() => EveryVariantAgrees<AbsoluteDifference>((x, y) => Math.Abs((double)x - y));

    [Fact]
    public void Inequalities_agree_with_double() => EveryVariantAgrees<Inequality>((x, y) => x == y ? 0 : 1);

    private static void EveryVariantAgrees<TTerm>(Func<float, float, double> term)
        where TTerm : struct, ITerm
    {
        (string Name, int Shortest, Variant Sum)[] variants =
        [
            ("scalar", 0, PairKernel.SumScalar<TTerm>), ("128 bits", 4, PairKernel.Sum128<TTerm>), ("256 bits", 8, PairKernel.Sum256<TTerm>),
            ("512 bits", 16, PairKernel.Sum512<TTerm>), ("chosen", 0, PairKernel.Sum<TTerm>),
            ("block", 0, Row<TTerm>(BlockKernel.Sums<TTerm>)),
            ("block of 256 bits", 8, Row<TTerm>((q, b, d, _, s) => BlockKernel.Four256<TTerm>(q, b, d, s))),
            ("block of 512 bits", 16, Row<TTerm>((q, b, d, _, s) => BlockKernel.Four512<TTerm>(q, b, d, s))),
        ];
        var random = new SeededRandom(11);
        for (var length = 0; length <= Longest; length++)
        {
            foreach (var special in (bool[])[false, true])
            {
                // Exactly as long as said: what lies behind belongs to somebody else.
                float[] x = Values(random, length, special), y = Values(random, length, special);
                double sum = 0, magnitude = 0;
                for (var i = 0; i < length; i++)
                {
                    sum += term(x[i], y[i]);
                    magnitude += Math.Abs(term(x[i], y[i]));
                }

                fixed (float* first = x, second = y)
                {
                    foreach (var (name, shortest, variant) in variants)
                    {
                        if (length >= shortest)
                            Agrees(sum, magnitude, length, variant(first, second, length), $"{name}, length {length}");
                    }
                }
            }
        }
    }

    private delegate void Block(float* query, float* block, int dimension, int rows, float* sums);

    /// <summary>A block of five rows that all hold the same vector: four together and one that is left.</summary>
    private static Variant Row<TTerm>(Block sums) => (x, y, length) =>
    {
        var block = new float[5 * length];
        for (var row = 0; row < 5; row++)
            new Span<float>(y, length).CopyTo(block.AsSpan(row * length));
        var results = stackalloc float[5];
        fixed (float* rows = block)
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
