using System.Runtime.Intrinsics.X86;
using Orrery.Statistics;
using Orrery.Vectors.Ivf;
using Xunit;

namespace Orrery.Vectors.Tests.Ivf;

/// <summary>Every width against looking each code up, up to sums that fill 16 bits.</summary>
public sealed unsafe class FastScanTests
{
    [Fact]
    public void Every_width_adds_up_the_entries_of_all_codes()
    {
        var random = new SeededRandom(1);
        foreach (var pairs in (int[])[1, 2, 3, 25, 50, 128])
        {
            var codes = Enumerable.Range(0, 64 * 2 * pairs).Select(_ => random.NextInt(16)).ToArray();
            var tables = Enumerable.Range(0, 32 * pairs).Select(_ => (byte)(random.NextInt(3) == 0 ? 255 : random.NextInt(256))).ToArray();
            var block = new byte[64 * pairs];
            for (var vector = 0; vector < 64; vector++)
            {
                for (var pair = 0; pair < pairs; pair++)
                    block[pair * 64 + FastScan.Place(vector)] = (byte)(codes[(vector * pairs + pair) * 2] | codes[(vector * pairs + pair) * 2 + 1] << 4);
            }

            var expected = Enumerable.Range(0, 64).Select(vector => (ushort)Enumerable.Range(0, 2 * pairs).Sum(s => tables[s * 16 + codes[vector * 2 * pairs + s]])).ToArray();
            var sums = new ushort[64];
            fixed (byte* first = block, table = tables)
            {
                fixed (ushort* result = sums)
                {
                    FastScan.SumsScalar(first, table, pairs, result);
                    Assert.Equal(expected, sums);
                    if (Avx2.IsSupported)
                    {
                        FastScan.Sums256(first, table, pairs, result);
                        Assert.Equal(expected, sums);
                    }

                    if (Avx512BW.IsSupported)
                    {
                        FastScan.Sums512(first, table, pairs, result);
                        Assert.Equal(expected, sums);
                    }
                }
            }
        }
    }
}
