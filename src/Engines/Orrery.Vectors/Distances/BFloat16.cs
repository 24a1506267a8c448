namespace Orrery.Vectors.Distances;

/// <summary>A float32 without its lower 16 bits: the range of float32, and two to three decimal digits. .NET 10 has no type for it.</summary>
/// <param name="Bits">Sign, eight bits of exponent, seven of fraction.</param>
public readonly record struct BFloat16(ushort Bits)
{
    /// <summary>The nearest, of two as near the even one. NaN stays NaN, and what is beyond the range becomes infinite.</summary>
    public static explicit operator BFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        // A NaN keeps its upper bits; one of them is set, as rounding could otherwise carry it to infinity or minus zero.
        return new BFloat16((ushort)(float.IsNaN(value) ? bits >> 16 | 0x40 : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16));
    }

    /// <summary>Exactly the same value.</summary>
    public static implicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);
}
