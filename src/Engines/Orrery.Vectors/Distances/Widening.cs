using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Orrery.Vectors.Distances;

/// <summary>Small integers to larger ones, into a register twice as wide: one instruction where the processor has it.</summary>
internal static class Widening
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> ToUInt32(Vector128<ushort> values) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(values).AsUInt32()
        : Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> ToUInt32(Vector256<ushort> values) => Avx512F.IsSupported
        ? Avx512F.ConvertToVector512UInt32(values)
        : Vector512.Create(Vector256.WidenLower(values), Vector256.WidenUpper(values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> ToInt16(Vector128<sbyte> values) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int16(values)
        : Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> ToInt16(Vector128<byte> values) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int16(values)
        : Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values)).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> ToInt16(Vector256<sbyte> values) => Avx512BW.IsSupported
        ? Avx512BW.ConvertToVector512Int16(values)
        : Vector512.Create(Vector256.WidenLower(values), Vector256.WidenUpper(values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<short> ToInt16(Vector256<byte> values) => Avx512BW.IsSupported
        ? Avx512BW.ConvertToVector512Int16(values)
        : Vector512.Create(Vector256.WidenLower(values), Vector256.WidenUpper(values)).AsInt16();
}
