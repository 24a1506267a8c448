using System.Buffers;
using System.Buffers.Binary;
using Orrery.Kernel;
using Orrery.Ledger.Models;
using Orrery.Serving.Predictions;
using Orrery.Serving.Runtimes;

namespace Orrery.Protocols.OpenInference.Tensors;

/// <summary>
/// Tensors as bytes: elements little-endian one after the other, BYTES elements each behind its length in four bytes. The gRPC service's raw contents
/// and the binary tensor data extension of HTTP are the same.
/// </summary>
internal static class RawTensor
{
    /// <summary>Gives the input that was begun last its elements.</summary>
    /// <exception cref="InvalidException">The bytes are too few or too many.</exception>
    public static void Read(Prediction prediction, string name, TensorDataType type, int elements, ReadOnlySpan<byte> raw)
    {
        if (type == TensorDataType.Bytes)
        {
            ReadBytes(prediction, name, elements, raw);
            return;
        }

        var size = type.Size();
        if (raw.Length != (long)elements * size)
            throw new InvalidException($"The input '{name}' has {raw.Length} bytes; {elements} elements of {type.Name()} have {(long)elements * size}.");
        for (var i = 0; i < elements; i++)
            prediction.SetNumber(i, Number(type, raw.Slice(i * size, size)));
    }

    /// <summary>Appends an output's elements; returns how many bytes they took.</summary>
    public static int Write(OutputTensor output, IBufferWriter<byte> destination)
    {
        if (output.Field.Type != ModelFieldType.Text)
        {
            destination.Write(output.Bytes);
            return output.Bytes.Length;
        }

        var written = 0;
        for (var i = 0; i < output.Length; i++)
        {
            var text = output.Text(i);
            BinaryPrimitives.WriteUInt32LittleEndian(destination.GetSpan(4), (uint)text.Length);
            destination.Advance(4);
            destination.Write(text);
            written += 4 + text.Length;
        }

        return written;
    }

    private static void ReadBytes(Prediction prediction, string name, int elements, ReadOnlySpan<byte> raw)
    {
        for (var i = 0; i < elements; i++)
        {
            if (raw.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(raw) is var length && length > (uint)(raw.Length - 4))
                throw new InvalidException($"The input '{name}' ends within its element {i} of {elements}; each BYTES element is its length in four bytes and then its bytes.");
            prediction.SetText(i, raw.Slice(4, (int)BinaryPrimitives.ReadUInt32LittleEndian(raw)));
            raw = raw[(4 + (int)BinaryPrimitives.ReadUInt32LittleEndian(raw))..];
        }

        if (!raw.IsEmpty)
            throw new InvalidException($"The input '{name}' has {raw.Length} bytes after its {elements} elements.");
    }

    private static double Number(TensorDataType type, ReadOnlySpan<byte> element) => type switch
    {
        TensorDataType.Bool or TensorDataType.UInt8 => element[0],
        TensorDataType.Int8 => (sbyte)element[0],
        TensorDataType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
        TensorDataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(element),
        TensorDataType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
        TensorDataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(element),
        TensorDataType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(element),
        TensorDataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(element),
        TensorDataType.Fp16 => (double)BinaryPrimitives.ReadHalfLittleEndian(element),
        // The upper half of a float.
        TensorDataType.Bf16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
        TensorDataType.Fp32 => BinaryPrimitives.ReadSingleLittleEndian(element),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(element),
    };
}
