using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Orrery.Language.Weights.Blocks;

namespace Orrery.Language.Kernels.Rows;

/// <summary>Stored floats of 16 values at a time as float32.</summary>
internal unsafe interface IFloatLoader
{
    static abstract int Bytes { get; }

    static abstract Vector512<float> Load(byte* address);

    static abstract float LoadOne(byte* address);
}

internal readonly unsafe struct LoadFloat32 : IFloatLoader
{
    public static int Bytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* address) => Vector512.Load((float*)address);

    public static float LoadOne(byte* address) => Float32.Read(address);
}

internal readonly unsafe struct LoadFloat16 : IFloatLoader
{
    public static int Bytes => 2;

    /// <summary>
    /// The bits of a half, moved to where float32 has its exponent, are the value times 2⁻¹¹². Subnormals come out right too; infinities and NaN of a broken model become large
    /// finite numbers.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* address)
    {
        var (low, high) = Vector256.Widen(Vector256.Load((short*)address));
        var bits = Vector512.Create(low, high) << 13 & Vector512.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * 5192296858534827628530496329220096f;
    }

    public static float LoadOne(byte* address) => Float16.Read(address);
}

internal readonly unsafe struct LoadBrainFloat16 : IFloatLoader
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* address)
    {
        var (low, high) = Vector256.Widen(Vector256.Load((ushort*)address));
        return (Vector512.Create(low, high) << 16).AsSingle();
    }

    public static float LoadOne(byte* address) => BrainFloat16.Read(address);
}

/// <summary>A row of floats with the activations themselves. Any length.</summary>
internal readonly unsafe struct FloatRow<TLoader> : IRowKernel
    where TLoader : struct, IFloatLoader
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(byte* row, in QuantizedColumn column)
    {
        var x = column.Values;
        var length = column.Length;
        Vector512<float> a = default, b = default, c = default, d = default;
        var i = 0;
        for (; i <= length - 64; i += 64)
        {
            a = Vector512.FusedMultiplyAdd(TLoader.Load(row + i * TLoader.Bytes), Vector512.Load(x + i), a);
            b = Vector512.FusedMultiplyAdd(TLoader.Load(row + (i + 16) * TLoader.Bytes), Vector512.Load(x + i + 16), b);
            c = Vector512.FusedMultiplyAdd(TLoader.Load(row + (i + 32) * TLoader.Bytes), Vector512.Load(x + i + 32), c);
            d = Vector512.FusedMultiplyAdd(TLoader.Load(row + (i + 48) * TLoader.Bytes), Vector512.Load(x + i + 48), d);
        }

        for (; i <= length - 16; i += 16)
            a = Vector512.FusedMultiplyAdd(TLoader.Load(row + i * TLoader.Bytes), Vector512.Load(x + i), a);
        var total = Vector512.Sum(a + b + (c + d));
        for (; i < length; i++)
            total += TLoader.LoadOne(row + i * TLoader.Bytes) * x[i];
        return total;
    }
}
