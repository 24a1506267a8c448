using System.Runtime.Intrinsics;

namespace Orrery.Vectors.Distances;

/// <summary>8-bit components, widened to 16 bits in every width.</summary>
internal unsafe interface IIntegerElement
{
    static abstract int Load(byte* at);
    static abstract Vector128<short> Load128(byte* at);
    static abstract Vector256<short> Load256(byte* at);
    static abstract Vector512<short> Load512(byte* at);
}

internal readonly unsafe struct Int8 : IIntegerElement
{
    public static int Load(byte* at) => (sbyte)*at;

    public static Vector128<short> Load128(byte* at) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)at).AsSByte());

    public static Vector256<short> Load256(byte* at) => Widening.ToInt16(Vector128.Load((sbyte*)at));

    public static Vector512<short> Load512(byte* at) => Widening.ToInt16(Vector256.Load((sbyte*)at));
}

internal readonly unsafe struct UInt8 : IIntegerElement
{
    public static int Load(byte* at) => *at;

    public static Vector128<short> Load128(byte* at) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)at).AsByte()).AsInt16();

    public static Vector256<short> Load256(byte* at) => Widening.ToInt16(Vector128.Load(at));

    public static Vector512<short> Load512(byte* at) => Widening.ToInt16(Vector256.Load(at));
}
