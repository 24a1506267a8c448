using System.Buffers.Binary;
using System.IO.Hashing;

namespace Orrery.Embedded.Signals.Tails;

/// <summary>Where a record lies in a tail.</summary>
/// <param name="First">The offset of its first row.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Position">Where its payload begins in the file.</param>
/// <param name="Length">How long the payload is.</param>
internal readonly record struct Frame(long First, int Rows, long Position, int Length)
{
    /// <summary>Bytes before the payload: XXH3 of what follows it (8), marker (4), length of the payload (4), first offset (8).</summary>
    public const int HeaderBytes = 24;

    /// <summary>Recognises the start of a record when a damaged one must be told from a torn one.</summary>
    private const uint Marker = 0x4352_4F53;

    /// <summary>The offset after its last row.</summary>
    public long End => First + Rows;

    /// <summary>Fills in the header, once the payload stands behind it.</summary>
    public static void Seal(Span<byte> frame, long first)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], Marker);
        BinaryPrimitives.WriteInt32LittleEndian(frame[12..], frame.Length - HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(frame[16..], first);
        BinaryPrimitives.WriteUInt64LittleEndian(frame, XxHash3.HashToUInt64(frame[8..]));
    }

    /// <summary>The whole record at <paramref name="position"/> of a file; null where there is none or its checksum is wrong.</summary>
    public static Frame? Read(ReadOnlySpan<byte> file, int position)
    {
        var rest = file[position..];
        if (rest.Length < HeaderBytes + 4 || BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]) != Marker)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(rest[12..]);
        if (length < 4 || length > rest.Length - HeaderBytes)
            return null;
        if (XxHash3.HashToUInt64(rest[8..(HeaderBytes + length)]) != BinaryPrimitives.ReadUInt64LittleEndian(rest))
            return null;
        var first = BinaryPrimitives.ReadInt64LittleEndian(rest[16..]);
        var rows = BinaryPrimitives.ReadInt32LittleEndian(rest[HeaderBytes..]);
        return new(first, rows, position + HeaderBytes, length);
    }

    /// <summary>Whether a whole record begins anywhere after <paramref name="position"/>: then the bytes before it are damage, not a torn end.</summary>
    public static bool AnyAfter(ReadOnlySpan<byte> file, int position)
    {
        Span<byte> marker = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(marker, Marker);
        for (var at = position + 9; at < file.Length;)
        {
            var found = file[at..].IndexOf(marker);
            if (found < 0)
                return false;
            if (Read(file, at + found - 8) is not null)
                return true;
            at += found + 1;
        }

        return false;
    }
}
