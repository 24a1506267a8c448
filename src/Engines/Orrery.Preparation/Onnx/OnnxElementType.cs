namespace Orrery.Preparation.Onnx;

/// <summary>The element type of a tensor; the numbers are <c>TensorProto.DataType</c> of the ONNX IR.</summary>
public enum OnnxElementType
{
    /// <summary>Not stated.</summary>
    Undefined = 0,
    /// <summary>32-bit IEEE 754.</summary>
    Float = 1,
    /// <summary>Unsigned, 8 bits.</summary>
    UInt8 = 2,
    /// <summary>Signed, 8 bits.</summary>
    Int8 = 3,
    /// <summary>Unsigned, 16 bits.</summary>
    UInt16 = 4,
    /// <summary>Signed, 16 bits.</summary>
    Int16 = 5,
    /// <summary>Signed, 32 bits.</summary>
    Int32 = 6,
    /// <summary>Signed, 64 bits.</summary>
    Int64 = 7,
    /// <summary>UTF-8 text.</summary>
    String = 8,
    /// <summary>One byte, 0 or 1.</summary>
    Bool = 9,
    /// <summary>16-bit IEEE 754.</summary>
    Float16 = 10,
    /// <summary>64-bit IEEE 754.</summary>
    Double = 11,
    /// <summary>Unsigned, 32 bits.</summary>
    UInt32 = 12,
    /// <summary>Unsigned, 64 bits.</summary>
    UInt64 = 13,
    /// <summary>Two 32-bit floats.</summary>
    Complex64 = 14,
    /// <summary>Two 64-bit floats.</summary>
    Complex128 = 15,
    /// <summary>The upper half of a 32-bit float.</summary>
    BFloat16 = 16,
    /// <summary>8-bit float, 4 exponent bits, finite.</summary>
    Float8E4M3Fn = 17,
    /// <summary>8-bit float, 4 exponent bits, finite, no negative zero.</summary>
    Float8E4M3Fnuz = 18,
    /// <summary>8-bit float, 5 exponent bits.</summary>
    Float8E5M2 = 19,
    /// <summary>8-bit float, 5 exponent bits, finite, no negative zero.</summary>
    Float8E5M2Fnuz = 20,
    /// <summary>Unsigned, 4 bits.</summary>
    UInt4 = 21,
    /// <summary>Signed, 4 bits.</summary>
    Int4 = 22,
    /// <summary>4-bit float.</summary>
    Float4E2M1 = 23,
}
