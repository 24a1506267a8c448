using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orrery.Embedded.Signals.Tails;

/// <summary>Appends little-endian values to a buffer that is used again and again.</summary>
internal sealed class PayloadWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);

    /// <summary>What was written.</summary>
    public Memory<byte> Written => System.Runtime.InteropServices.MemoryMarshal.AsMemory(_buffer.WrittenMemory);

    public int Length => _buffer.WrittenCount;

    public void Clear() => _buffer.ResetWrittenCount();

    public void Byte(byte value) => Take(1)[0] = value;

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>The length in bytes, then the UTF-8 form.</summary>
    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Int32(length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    /// <summary>Room for <paramref name="count"/> bytes, zeroed, that the caller fills at once.</summary>
    public Span<byte> Take(int count)
    {
        var span = _buffer.GetSpan(count)[..count];
        span.Clear();
        _buffer.Advance(count);
        return span;
    }
}
