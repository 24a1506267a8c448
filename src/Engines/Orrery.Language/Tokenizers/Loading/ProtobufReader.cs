using System.Buffers.Binary;
using Orrery.Kernel;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>The fields of a protobuf message, without a schema: two messages of a few fields need no generated code.</summary>
internal static class ProtobufReader
{
    /// <summary>The fields in the order of the file.</summary>
    /// <exception cref="InvalidException">The bytes are no protobuf message.</exception>
    public static IEnumerable<ProtobufField> Fields(ReadOnlyMemory<byte> message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var tag = Varint(message.Span, ref at);
            var number = (int)Math.Min(tag >> 3, int.MaxValue);
            switch (tag & 7)
            {
                case 0:
                    yield return new(number, Varint(message.Span, ref at), default);
                    break;
                case 1:
                    yield return new(number, BinaryPrimitives.ReadUInt64LittleEndian(Take(message, ref at, 8).Span), default);
                    break;
                case 2:
                    yield return new(number, 0, Take(message, ref at, Varint(message.Span, ref at)));
                    break;
                case 5:
                    yield return new(number, BinaryPrimitives.ReadUInt32LittleEndian(Take(message, ref at, 4).Span), default);
                    break;
                default:
                    throw Damaged();
            }
        }
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (at >= bytes.Length)
                throw Damaged();
            var part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }

        throw Damaged();
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> message, ref int at, ulong length)
    {
        if (length > (ulong)(message.Length - at))
            throw Damaged();
        var part = message.Slice(at, (int)length);
        at += (int)length;
        return part;
    }

    private static InvalidException Damaged() => new("The file is not a protobuf message, or is cut off.");
}

/// <summary>One field: a number in <paramref name="Value"/>, or bytes.</summary>
internal readonly record struct ProtobufField(int Number, ulong Value, ReadOnlyMemory<byte> Bytes);
