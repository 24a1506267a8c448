using Orrery.Statistics;
using Orrery.Vectors.Distances;
using Xunit;

namespace Orrery.Vectors.Tests.Distances;

/// <summary>Every width of every kernel of integers and bits against one component after the other, over all lengths 0–1,100, exactly.</summary>
public sealed unsafe class IntegerKernelTests
{
    private const int Longest = 1100;

    private delegate long Variant(byte* x, byte* y, int length);

    [Fact]
    public void Products_are_exact() => BothElementsAgree<IntegerNegatedProduct>((x, y) => -x * y);

    [Fact]
    public void Squared_differences_are_exact() => BothElementsAgree<IntegerSquaredDifference>((x, y) => (x - y) * (x - y));

    [Fact]
    public void Absolute_differences_are_exact() => BothElementsAgree<IntegerAbsoluteDifference>((x, y) => Math.Abs(x - y));

    [Fact]
    public void Inequalities_are_exact() => BothElementsAgree<IntegerInequality>((x, y) => x == y ? 0 : 1);

    [Fact]
    public void Sums_beyond_32_bits_are_exact()
    {
        const int Length = 100_003;
        var (x, y) = (new byte[Length], new byte[Length]);
        Array.Fill(x, byte.MaxValue);
        fixed (byte* first = x, second = y)
        {
            Assert.Equal(255L * 255 * Length, IntegerKernel.Sum<IntegerSquaredDifference, UInt8>(first, second, Length));
            Assert.Equal(-255L * 255 * Length, IntegerKernel.Sum<IntegerNegatedProduct, UInt8>(first, first, Length));
        }
    }

    [Fact]
    public void Differing_bits_are_counted_by_every_width()
    {
        var random = new SeededRandom(3);
        for (var length = 0; length <= Longest; length++)
        {
            byte[] x = Bytes(random, length), y = Bytes(random, length);
            long expected = 0;
            for (var bit = 0; bit < 8 * length; bit++)
                expected += (x[bit / 8] ^ y[bit / 8]) >> bit % 8 & 1;
            fixed (byte* first = x, second = y)
            {
                Assert.Equal(expected, BitKernel.DifferencesScalar(first, second, length));
                Assert.Equal(expected, BitKernel.Differences(first, second, length));
                if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
                    Assert.Equal(expected, BitKernel.Differences256(first, second, length));
                if (System.Runtime.Intrinsics.X86.Avx512BW.IsSupported)
                    Assert.Equal(expected, BitKernel.Differences512(first, second, length));
            }
        }
    }

    [Fact]
    public void Padded_codes_sum_like_the_components_alone()
    {
        var random = new SeededRandom(4);
        var slots = stackalloc int[] { 6, 5, 4, 3, 2, 1, 0 };
        var sums = stackalloc float[7];
        var gathered = stackalloc float[7];
        for (var dimension = 1; dimension <= 300; dimension++)
        {
            var length = Int8Kernel.Padded(dimension);
            var (query, block) = (new byte[length], new byte[7 * length]);
            Bytes(random, dimension).CopyTo(query, 0);
            for (var row = 0; row < 7; row++)
                Bytes(random, dimension).CopyTo(block, row * length);
            fixed (byte* q = query, rows = block)
            {
                Int8Kernel.Block<IntegerSquaredDifference>(q, rows, length, 7, sums);
                Int8Kernel.Gather<IntegerSquaredDifference>(q, rows, length, slots, 7, gathered);
                for (var row = 0; row < 7; row++)
                {
                    float expected = IntegerKernel.SumScalar<IntegerSquaredDifference, Int8>(q, rows + row * length, dimension);
                    Assert.Equal(expected, sums[row]);
                    Assert.Equal(expected, gathered[6 - row]);
                    Assert.Equal(expected, Int8Kernel.Pair<IntegerSquaredDifference>(q, rows + row * length, length));
                }
            }
        }
    }

    private static void BothElementsAgree<TTerm>(Func<int, int, long> term)
        where TTerm : struct, IIntegerTerm
    {
        EveryVariantAgrees<TTerm, Int8>(term, code => (sbyte)code);
        EveryVariantAgrees<TTerm, UInt8>(term, code => code);
    }

    private static void EveryVariantAgrees<TTerm, TElement>(Func<int, int, long> term, Func<byte, int> value)
        where TTerm : struct, IIntegerTerm
        where TElement : struct, IIntegerElement
    {
        (string Name, int Shortest, Variant Sum)[] variants =
        [
            ("scalar", 0, (x, y, n) => IntegerKernel.SumScalar<TTerm, TElement>(x, y, n)), ("128 bits", 8, (x, y, n) => IntegerKernel.Sum128<TTerm, TElement>(x, y, n)),
            ("256 bits", 16, (x, y, n) => IntegerKernel.Sum256<TTerm, TElement>(x, y, n)), ("512 bits", 32, (x, y, n) => IntegerKernel.Sum512<TTerm, TElement>(x, y, n)),
            ("chosen", 0, IntegerKernel.Sum<TTerm, TElement>),
        ];
        var random = new SeededRandom(12);
        for (var length = 0; length <= Longest; length++)
        {
            byte[] x = Bytes(random, length), y = Bytes(random, length);
            long expected = 0;
            for (var i = 0; i < length; i++)
                expected += term(value(x[i]), value(y[i]));
            fixed (byte* first = x, second = y)
            {
                foreach (var (name, shortest, sum) in variants)
                {
                    if (length >= shortest)
                        Assert.True(expected == sum(first, second, length), $"{name}, length {length}");
                }
            }
        }
    }

    // Every fifth at an end of the range, where widening goes wrong first.
    private static byte[] Bytes(SeededRandom random, int length)
    {
        var values = new byte[length];
        for (var i = 0; i < length; i++)
            values[i] = random.NextInt(5) == 0 ? (byte)(random.NextInt(2) == 0 ? 0x80 : 0xFF) : (byte)random.NextInt(256);
        return values;
    }
}
