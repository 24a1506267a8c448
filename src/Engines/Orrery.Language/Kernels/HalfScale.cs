using System.Runtime.CompilerServices;

namespace Orrery.Language.Kernels;

/// <summary>
/// float16 to float32 in four instructions, since .NET 10 exposes no F16C and converts in software: the bits of a half, moved to where float32 has its exponent, are
/// the value times 2⁻¹¹². What is multiplied with it carries the 2¹¹². Subnormals come out right too; infinities and NaN do not, and no scale is one.
/// </summary>
internal static unsafe class HalfScale
{
    public const float Factor = 5192296858534827628530496329220096f; // 2¹¹²

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Shrunk(byte* address) =>
        BitConverter.Int32BitsToSingle((Unsafe.ReadUnaligned<short>(address) << 13) & unchecked((int)0x8FFFE000));
}
