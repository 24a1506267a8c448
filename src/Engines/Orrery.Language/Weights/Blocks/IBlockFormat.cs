using System.Runtime.Intrinsics;

namespace Orrery.Language.Weights.Blocks;

/// <summary>
/// A quantised block as all kernels see it: unsigned codes, and for each group of them a scale and perhaps a minimum;
/// value = scale × (code − <see cref="Zero"/>) − minimum. One definition serves reading, the products and their tests.
/// </summary>
internal unsafe interface IBlockFormat
{
    static abstract TensorType Type { get; }

    /// <summary>Values in a block: 32 or 256.</summary>
    static abstract int Length { get; }

    static abstract int Bytes { get; }

    /// <summary>Codes that share a scale: 16 or 32.</summary>
    static abstract int Group { get; }

    /// <summary>The code of zero, where there are no minimums.</summary>
    static abstract int Zero { get; }

    static abstract bool HasMinimums { get; }

    /// <summary>Writes <see cref="Length"/> codes, and a scale and a minimum for each group; minimums only where there are any.</summary>
    static abstract void Unpack(byte* block, byte* codes, float* scales, float* minimums);
}

/// <summary>Blocks of 32 codes behind one scale (float16), with a zero point: their codes are one register.</summary>
internal unsafe interface IScaledBlock : IBlockFormat
{
    static abstract Vector256<byte> Codes(byte* block);
}

/// <summary>A format that can be made from float32.</summary>
internal unsafe interface IBlockWriter
{
    static abstract void Pack(float* values, byte* block);
}
