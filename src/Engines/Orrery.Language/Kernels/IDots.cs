using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Orrery.Language.Kernels;

/// <summary>
/// The step that all integer products are made of: each of 8 sums takes up four products of unsigned codes with signed activations, exactly. .NET 10 has it in one
/// instruction as <see cref="AvxVnni"/> (256 bits only); elsewhere it is taken apart into even and odd bytes.
/// </summary>
internal interface IDots
{
    static abstract bool IsSupported { get; }

    static abstract Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, Vector256<sbyte> values);
}

/// <summary>vpdpbusd.</summary>
internal readonly struct VnniDots : IDots
{
    public static bool IsSupported => AvxVnni.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, Vector256<sbyte> values) => AvxVnni.MultiplyWideningAndAdd(sums, codes, values);
}

/// <summary>Even and odd bytes as 16-bit integers, vpmaddwd of each. vpmaddubsw would saturate: 255 × 127 × 2 is beyond 16 bits.</summary>
internal readonly struct Avx2Dots : IDots
{
    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, Vector256<sbyte> values)
    {
        var even = Avx2.MultiplyAddAdjacent((codes.AsUInt16() & Vector256.Create((ushort)0xFF)).AsInt16(), values.AsInt16() << 8 >> 8);
        var odd = Avx2.MultiplyAddAdjacent((codes.AsUInt16() >> 8).AsInt16(), values.AsInt16() >> 8);
        return sums + even + odd;
    }
}

/// <summary>The same without instructions of one processor.</summary>
internal readonly struct PortableDots : IDots
{
    public static bool IsSupported => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, Vector256<sbyte> values)
    {
        // Byte i of each group of four, as 32-bit integers.
        var (c, v) = (codes.AsInt32(), values.AsInt32());
        return sums
            + (c & Vector256.Create(0xFF)) * (v << 24 >> 24)
            + (c >> 8 & Vector256.Create(0xFF)) * (v << 16 >> 24)
            + (c >> 16 & Vector256.Create(0xFF)) * (v << 8 >> 24)
            + (c >>> 24) * (v >> 24);
    }
}
