using Orrery.Kernel;
using Orrery.Ledger.Models;

namespace Orrery.Protocols.OpenInference.Tensors;

/// <summary>The tensor data types of the protocol.</summary>
internal enum TensorDataType
{
    Bool,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Int8,
    Int16,
    Int32,
    Int64,
    Fp16,
    Bf16,
    Fp32,
    Fp64,
    Bytes,
}

/// <summary>Names and sizes of the data types (specification: Tensor Data Types).</summary>
internal static class TensorDataTypes
{
    private static readonly (string Name, byte[] Utf8, int Size)[] Types =
    [
        .. new[]
        {
            ("BOOL", 1), ("UINT8", 1), ("UINT16", 2), ("UINT32", 4), ("UINT64", 8), ("INT8", 1), ("INT16", 2), ("INT32", 4), ("INT64", 8),
            ("FP16", 2), ("BF16", 2), ("FP32", 4), ("FP64", 8), ("BYTES", 0),
        }.Select(type => (type.Item1, System.Text.Encoding.UTF8.GetBytes(type.Item1), type.Item2)),
    ];

    /// <summary>The type of a name.</summary>
    /// <exception cref="InvalidException">There is none.</exception>
    public static TensorDataType Parse(ReadOnlySpan<byte> utf8)
    {
        for (var i = 0; i < Types.Length; i++)
        {
            if (utf8.SequenceEqual(Types[i].Utf8))
                return (TensorDataType)i;
        }

        throw new InvalidException(
            $"'{System.Text.Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 32)])}' is not a datatype; expected one of {string.Join(", ", Types.Select(type => type.Name))}.");
    }

    public static TensorDataType Parse(string name) => Parse(System.Text.Encoding.UTF8.GetBytes(name));

    /// <summary>Bytes of an element; 0 for BYTES, whose elements have lengths of their own.</summary>
    public static int Size(this TensorDataType type) => Types[(int)type].Size;

    public static string Name(this TensorDataType type) => Types[(int)type].Name;

    /// <summary>The type under which the protocol knows a model's field.</summary>
    public static TensorDataType Of(ModelFieldType type) => type switch
    {
        ModelFieldType.Float32 => TensorDataType.Fp32,
        ModelFieldType.Float64 => TensorDataType.Fp64,
        ModelFieldType.Int64 => TensorDataType.Int64,
        ModelFieldType.Boolean => TensorDataType.Bool,
        _ => TensorDataType.Bytes,
    };
}
