using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Orrery.Vectors.Ivf;

/// <summary>
/// Sums of table entries for 64 vectors at a time (André, Kermarrec, Le Scouarnec, arXiv:1704.07355). Codes have 4 bits, so the table of a subspace is a register of
/// 16 bytes, and one shuffle looks 64 codes up where memory would be asked 64 times. A block is (pairs of subspaces, 64 bytes): the lower nibble is the code of
/// the first of a pair. Byte 2i belongs to vector i and byte 2i + 1 to vector 32 + i, so that the even and the odd bytes are vectors in order.
/// </summary>
internal static unsafe class FastScan
{
    /// <summary>Vectors of a block.</summary>
    public const int Vectors = 64;

    /// <summary>Where in the 64 bytes of a pair a vector's codes are.</summary>
    public static int Place(int vector) => vector < Vectors / 2 ? 2 * vector : 2 * (vector - Vectors / 2) + 1;

    /// <param name="block">(pairs, 64)</param>
    /// <param name="tables">(2·pairs, 16)</param>
    /// <param name="pairs">Pairs of subspaces: at most 128, as a sum has 16 bits.</param>
    /// <param name="sums">(64)</param>
    public static void Sums(byte* block, byte* tables, int pairs, ushort* sums)
    {
        if (Avx512BW.IsSupported)
            Sums512(block, tables, pairs, sums);
        else if (Avx2.IsSupported)
            Sums256(block, tables, pairs, sums);
        else
            SumsScalar(block, tables, pairs, sums);
    }

    public static void SumsScalar(byte* block, byte* tables, int pairs, ushort* sums)
    {
        for (var vector = 0; vector < Vectors; vector++)
        {
            var sum = 0;
            for (var pair = 0; pair < pairs; pair++)
            {
                var codes = block[pair * Vectors + Place(vector)];
                sum += tables[pair * 32 + (codes & 15)] + tables[pair * 32 + 16 + (codes >> 4)];
            }

            sums[vector] = (ushort)sum;
        }
    }

    public static void Sums256(byte* block, byte* tables, int pairs, ushort* sums)
    {
        for (var half = 0; half < 2; half++)
        {
            Vector256<ushort> even = default, odd = default;
            var nibble = Vector256.Create((byte)15);
            for (var pair = 0; pair < pairs; pair++)
            {
                var codes = Vector256.Load(block + pair * Vectors + half * 32);
                var (first, second) = (Avx2.BroadcastVector128ToVector256(tables + pair * 32), Avx2.BroadcastVector128ToVector256(tables + pair * 32 + 16));
                var low = Avx2.Shuffle(first, codes & nibble).AsUInt16();
                var high = Avx2.Shuffle(second, (codes.AsUInt16() >> 4).AsByte() & nibble).AsUInt16();
                // The odd bytes ride along in the upper halves, and are taken out in the end.
                even += low + high;
                odd += (low >> 8) + (high >> 8);
            }

            (even - (odd << 8)).Store(sums + half * 16);
            odd.Store(sums + 32 + half * 16);
        }
    }

    public static void Sums512(byte* block, byte* tables, int pairs, ushort* sums)
    {
        Vector512<ushort> even = default, odd = default;
        var nibble = Vector512.Create((byte)15);
        for (var pair = 0; pair < pairs; pair++)
        {
            var codes = Vector512.Load(block + pair * Vectors);
            var low = Avx512BW.Shuffle(Table(tables + pair * 32), codes & nibble).AsUInt16();
            var high = Avx512BW.Shuffle(Table(tables + pair * 32 + 16), (codes.AsUInt16() >> 4).AsByte() & nibble).AsUInt16();
            even += low + high;
            odd += (low >> 8) + (high >> 8);
        }

        (even - (odd << 8)).Store(sums);
        odd.Store(sums + 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Table(byte* table) => Avx512F.BroadcastVector128ToVector512((int*)table).AsByte();
}
