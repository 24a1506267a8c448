using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Orrery.Language.Kernels;

/// <summary>Lanes by their numbers. <see cref="Vector256.Shuffle(Vector256{float}, Vector256{int})"/> also checks the numbers, unless they are literals in the very call.</summary>
internal static class Spread
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Lanes(Vector256<float> values, Vector256<int> lanes) =>
        Avx2.IsSupported ? Avx2.PermuteVar8x32(values, lanes) : Vector256.Shuffle(values, lanes);
}
