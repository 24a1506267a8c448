using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Orrery.Language.Weights.Blocks;

namespace Orrery.Language.Kernels.Rows;

/// <summary><see cref="SixBitScales"/>, all sixteen at once.</summary>
internal static unsafe class PackedScales
{
    /// <summary>Reads 16 bytes, of which the first 12 count: a block goes on behind its scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Unpack(byte* packed, out Vector256<int> scales, out Vector256<int> minimums)
    {
        if (Avx2.IsSupported)
        {
            var bytes = Vector128.Load(packed);
            // Scales 0–3, scales 4–7, minimums 0–3, minimums 4–7: where their low bits lie, and where the upper two of the later ones.
            var lowPlaces = Vector128.Create((byte)0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 8, 9, 10, 11);
            var highPlaces = Vector128.Create((byte)0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 4, 5, 6, 7);
            var low = Avx2.ShiftRightLogicalVariable(Ssse3.Shuffle(bytes, lowPlaces).AsUInt32(), Vector128.Create(0u, 0, 0, 4))
                & Vector128.Create(0x3F3F3F3F, 0x0F0F0F0F, 0x3F3F3F3F, 0x0F0F0F0Fu);
            var high = Ssse3.Shuffle(bytes, highPlaces).AsUInt32() >> 2 & Vector128.Create(0, 0x30303030, 0, 0x30303030u);
            var all = (low | high).AsByte();
            scales = Avx2.ConvertToVector256Int32(all);
            minimums = Avx2.ConvertToVector256Int32(Sse2.ShiftRightLogical128BitLane(all, 8));
            return;
        }

        var s = stackalloc int[8];
        var m = stackalloc int[8];
        for (var group = 0; group < 8; group++)
            (s[group], m[group]) = SixBitScales.Read(packed, group);
        scales = Vector256.Load(s);
        minimums = Vector256.Load(m);
    }
}
