using System.Runtime.CompilerServices;

namespace Orrery.Language.Weights.Blocks;

/// <summary>A format of single values.</summary>
internal unsafe interface IFloatFormat
{
    static abstract TensorType Type { get; }

    static abstract int Bytes { get; }

    static abstract float Read(byte* address);

    static abstract void Write(byte* address, float value);
}

/// <summary>Rows of single values from and to float32.</summary>
internal static unsafe class FloatRows
{
    public static void Read<T>(byte* source, long count, float* values)
        where T : struct, IFloatFormat
    {
        for (long i = 0; i < count; i++)
            values[i] = T.Read(source + i * T.Bytes);
    }

    public static void Write<T>(float* values, long count, byte* target)
        where T : struct, IFloatFormat
    {
        for (long i = 0; i < count; i++)
            T.Write(target + i * T.Bytes, values[i]);
    }
}

internal readonly unsafe struct Float32 : IFloatFormat
{
    public static TensorType Type => TensorType.F32;

    public static int Bytes => 4;

    public static float Read(byte* address) => Unsafe.ReadUnaligned<float>(address);

    public static void Write(byte* address, float value) => Unsafe.WriteUnaligned(address, value);
}

internal readonly unsafe struct Float16 : IFloatFormat
{
    public static TensorType Type => TensorType.F16;

    public static int Bytes => 2;

    public static float Read(byte* address) => BlockRows.ReadHalf(address);

    public static void Write(byte* address, float value) => BlockRows.WriteHalf(address, value);
}

internal readonly unsafe struct BrainFloat16 : IFloatFormat
{
    public static TensorType Type => TensorType.BF16;

    public static int Bytes => 2;

    public static float Read(byte* address) => BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(address) << 16);

    /// <summary>Rounds to the nearest, ties to even; NaN stays NaN.</summary>
    public static void Write(byte* address, float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var rounded = float.IsNaN(value) ? (bits >> 16) | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
        Unsafe.WriteUnaligned(address, (ushort)rounded);
    }
}
