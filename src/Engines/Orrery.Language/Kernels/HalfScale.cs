using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels;

/// <summary>
/// float16 to float32 in a few instructions, since .NET 10 exposes no F16C and converts in software: the bits of a half, moved to where float32 has its exponent, are
/// the value times 2⁻¹¹². What is multiplied with it carries the 2¹¹². Subnormals come out right too; infinities and NaN do not, and no scale is one.
/// </summary>
internal static unsafe class HalfScale
{
    public const float Factor = 5192296858534827628530496329220096f; // 2¹¹²

    private const int SignExponentMantissa = unchecked((int)0x8FFFE000);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Shrunk(byte* address) =>
        BitConverter.Int32BitsToSingle((Unsafe.ReadUnaligned<short>(address) << 13) & SignExponentMantissa);

    /// <summary>
    /// The same in all lanes, without a detour over integer registers: the half stands twice in each 32 bits, and an arithmetic shift by 3 moves the upper one to its place.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ShrunkEverywhere(byte* address) =>
        (Vector256.Create(Unsafe.ReadUnaligned<short>(address)).AsInt32() >> 3 & Vector256.Create(SignExponentMantissa)).AsSingle();
}
