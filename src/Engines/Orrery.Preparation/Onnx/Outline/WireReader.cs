using System.Buffers.Binary;
using System.Text;
using Orrery.Kernel;

namespace Orrery.Preparation.Onnx.Outline;

/// <summary>How a field of a protocol buffer is laid out; the numbers are those of the encoding.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>
/// Reads a protocol buffer forwards and passes over what nobody asks for without holding it: of a model of gigabytes a few kilobytes are wanted, and a
/// parser of messages would take in its weights. Every length is held against the message around it, so that a lying one is refused before anything is allocated.
/// </summary>
/// <remarks>Source: Protocol Buffers, "Encoding". Not thread-safe.</remarks>
internal sealed class WireReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _at;
    private int _filled;

    /// <summary>How many bytes have been passed.</summary>
    public long Position { get; private set; }

    /// <summary>The fields of the message that ends at <paramref name="end"/> (null: with the stream), in their order. One whose value is not read before the next is asked for is passed over.</summary>
    /// <exception cref="InvalidException">The bytes are no protocol buffer.</exception>
    public IEnumerable<(int Number, WireType Type)> Fields(long? end)
    {
        while (end is { } last ? Position < last : _at < _filled || Fill())
        {
            var tag = Varint();
            var (number, type) = (tag >> 3, (WireType)(tag & 7));
            if (number is 0 or > 0x1FFFFFFF || !Enum.IsDefined(type))
                throw new InvalidException($"Not an ONNX model: its bytes are not a protocol buffer (at {Position}).");
            var value = Position;
            yield return ((int)number, type);
            if (Position == value) // no value is shorter than a byte
                Pass(type, end);
        }

        if (end is { } past && Position > past)
            throw Cut(); // what was read there was longer than its message
    }

    /// <summary>A number of up to 64 bits.</summary>
    public ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidException($"Not an ONNX model: a number of more than 64 bits stands at {Position}.");
    }

    /// <summary>A float of 32 bits.</summary>
    public float Single()
    {
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (ref var value in bytes)
            value = Byte();
        return BinaryPrimitives.ReadSingleLittleEndian(bytes);
    }

    /// <summary>Where the message, text or list that begins here ends.</summary>
    public long Length(long? end)
    {
        var length = Varint();
        var limit = end is { } last ? (ulong)(last - Position) : long.MaxValue - (ulong)Position;
        return length <= limit ? Position + (long)length : throw Cut();
    }

    /// <summary>A text of which at most so many bytes are kept.</summary>
    public string Text(long? end, int most)
    {
        var stop = Length(end);
        var kept = new byte[(int)Math.Min(most, stop - Position)];
        foreach (ref var value in kept.AsSpan())
            value = Byte();
        var text = Encoding.UTF8.GetString(kept);
        if (Position < stop)
            text += "…";
        PassTo(stop);
        return text;
    }

    /// <summary>Passes over what lies before a place.</summary>
    /// <exception cref="InvalidException">It lies behind: what was read there went beyond its end.</exception>
    public void PassTo(long place)
    {
        if (place < Position)
            throw Cut();
        var buffered = (int)Math.Min(place - Position, _filled - _at);
        (_at, Position) = (_at + buffered, Position + buffered);
        if (place > Position && stream.CanSeek)
        {
            // One byte is left to be read, which tells a place beyond the end of the file.
            stream.Seek(place - Position - 1, SeekOrigin.Current);
            Position = place - 1;
        }

        while (Position < place)
        {
            if (_at == _filled && !Fill())
                throw Cut();
            buffered = (int)Math.Min(place - Position, _filled - _at);
            (_at, Position) = (_at + buffered, Position + buffered);
        }
    }

    private void Pass(WireType type, long? end)
    {
        switch (type)
        {
            case WireType.Varint:
                Varint();
                break;
            case WireType.Bytes:
                PassTo(Length(end));
                break;
            default:
                PassTo(Position + (type == WireType.Fixed64 ? sizeof(ulong) : sizeof(uint)));
                break;
        }
    }

    private byte Byte()
    {
        if (_at == _filled && !Fill())
            throw Cut();
        Position++;
        return _buffer[_at++];
    }

    private bool Fill()
    {
        (_at, _filled) = (0, stream.Read(_buffer));
        return _filled > 0;
    }

    private InvalidException Cut() => new($"Not an ONNX model: it is cut short, or a length in it is wrong (at {Position}).");
}
