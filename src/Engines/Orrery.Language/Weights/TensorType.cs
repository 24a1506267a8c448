namespace Orrery.Language.Weights;

/// <summary>How the values of a tensor are stored. The numbers are GGUF's (ggml's <c>ggml_type</c>).</summary>
public enum TensorType
{
    /// <summary>IEEE 754 binary32.</summary>
    F32 = 0,
    /// <summary>IEEE 754 binary16.</summary>
    F16 = 1,
    /// <summary>32 values of 4 bits and a scale: 4.5 bits a value.</summary>
    Q4_0 = 2,
    /// <summary>32 values of 4 bits, a scale and a minimum: 5 bits a value.</summary>
    Q4_1 = 3,
    /// <summary>32 values of 5 bits and a scale: 5.5 bits a value.</summary>
    Q5_0 = 6,
    /// <summary>32 values of 5 bits, a scale and a minimum: 6 bits a value.</summary>
    Q5_1 = 7,
    /// <summary>32 values of 8 bits and a scale: 8.5 bits a value.</summary>
    Q8_0 = 8,
    /// <summary>256 values of 2 bits, 16 scales and minimums of 4 bits: 2.625 bits a value.</summary>
    Q2_K = 10,
    /// <summary>256 values of 3 bits, 16 scales of 6 bits: 3.4375 bits a value.</summary>
    Q3_K = 11,
    /// <summary>256 values of 4 bits, 8 scales and minimums of 6 bits: 4.5 bits a value.</summary>
    Q4_K = 12,
    /// <summary>256 values of 5 bits, 8 scales and minimums of 6 bits: 5.5 bits a value.</summary>
    Q5_K = 13,
    /// <summary>256 values of 6 bits, 16 scales of 8 bits: 6.5625 bits a value.</summary>
    Q6_K = 14,
    /// <summary>The upper half of a binary32.</summary>
    BF16 = 30,
}
