using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Vectors.Distances;

/// <summary>How components lie in memory, and how they become float32 in every width. Sums are always float32.</summary>
internal unsafe interface IElement
{
    /// <summary>Bytes a component.</summary>
    static abstract int Size { get; }

    static abstract float Load(byte* at);
    static abstract Vector128<float> Load128(byte* at);
    static abstract Vector256<float> Load256(byte* at);
    static abstract Vector512<float> Load512(byte* at);
}

internal readonly unsafe struct Float32 : IElement
{
    public static int Size => sizeof(float);

    public static float Load(byte* at) => Unsafe.ReadUnaligned<float>(at);

    public static Vector128<float> Load128(byte* at) => Vector128.Load((float*)at);

    public static Vector256<float> Load256(byte* at) => Vector256.Load((float*)at);

    public static Vector512<float> Load512(byte* at) => Vector512.Load((float*)at);
}

/// <summary>The upper half of a float32.</summary>
internal readonly unsafe struct BrainFloat16 : IElement
{
    public static int Size => sizeof(ushort);

    public static float Load(byte* at) => BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(at) << 16);

    public static Vector128<float> Load128(byte* at) => (Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(at)).AsUInt16()) << 16).AsSingle();

    public static Vector256<float> Load256(byte* at) => (Widening.ToUInt32(Vector128.Load((ushort*)at)) << 16).AsSingle();

    public static Vector512<float> Load512(byte* at) => (Widening.ToUInt32(Vector256.Load((ushort*)at)) << 16).AsSingle();
}

/// <summary>
/// IEEE binary16. .NET 10 has no F16C, so it is widened by integers: exponent and fraction are shifted to where float32 has them and scaled by 2¹¹², the difference of
/// the biases, which makes denormals right too; infinity and NaN get their exponent filled.
/// </summary>
internal readonly unsafe struct IeeeFloat16 : IElement
{
    private const uint Sign = 0x8000;
    private const uint Magnitude = 0x7FFF;
    private const uint Infinity = 0x7C00u << 13;
    private const uint FullExponent = 0x7F800000;
    private const float Rebias = 5.192296858534828e33f; // 2¹¹²

    public static int Size => sizeof(ushort);

    public static float Load(byte* at) => (float)Unsafe.ReadUnaligned<Half>(at);

    public static Vector128<float> Load128(byte* at)
    {
        var bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(at)).AsUInt16());
        var shifted = (bits & Vector128.Create(Magnitude)) << 13;
        var full = Vector128.GreaterThanOrEqual(shifted.AsInt32(), Vector128.Create((int)Infinity)).AsUInt32() & Vector128.Create(FullExponent);
        var value = (shifted.AsSingle() * Vector128.Create(Rebias)).AsUInt32() | full;
        return (value | (bits & Vector128.Create(Sign)) << 16).AsSingle();
    }

    public static Vector256<float> Load256(byte* at)
    {
        var bits = Widening.ToUInt32(Vector128.Load((ushort*)at));
        var shifted = (bits & Vector256.Create(Magnitude)) << 13;
        var full = Vector256.GreaterThanOrEqual(shifted.AsInt32(), Vector256.Create((int)Infinity)).AsUInt32() & Vector256.Create(FullExponent);
        var value = (shifted.AsSingle() * Vector256.Create(Rebias)).AsUInt32() | full;
        return (value | (bits & Vector256.Create(Sign)) << 16).AsSingle();
    }

    public static Vector512<float> Load512(byte* at)
    {
        var bits = Widening.ToUInt32(Vector256.Load((ushort*)at));
        var shifted = (bits & Vector512.Create(Magnitude)) << 13;
        var full = Vector512.GreaterThanOrEqual(shifted.AsInt32(), Vector512.Create((int)Infinity)).AsUInt32() & Vector512.Create(FullExponent);
        var value = (shifted.AsSingle() * Vector512.Create(Rebias)).AsUInt32() | full;
        return (value | (bits & Vector512.Create(Sign)) << 16).AsSingle();
    }
}
