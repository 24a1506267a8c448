using System.Buffers.Binary;
using System.IO.Hashing;
using Orrery.Platform.Signals;

namespace Orrery.Embedded.Signals.Tails;

/// <summary>
/// The start of a tail: magic, format version, length, first offset, columns, XXH3. It is where a stream's schema is kept: a column that is
/// added begins a new tail.
/// </summary>
internal static class TailHeader
{
    private const int FixedBytes = 8 + 4 + 4; // magic, version, length of the rest
    private const int FormatVersion = 1;
    private const int ChecksumBytes = 8;

    private static ReadOnlySpan<byte> Magic => "ORRTAIL\n"u8;

    /// <summary>The bytes of a header.</summary>
    public static byte[] Encode(long first, SignalSchema schema)
    {
        var writer = new PayloadWriter();
        writer.Int64(first);
        writer.Int32(schema.Columns.Count);
        foreach (var column in schema.Columns)
        {
            writer.Text(column.Name);
            writer.Byte((byte)column.Type);
        }

        var bytes = new byte[FixedBytes + writer.Length + ChecksumBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), writer.Length);
        writer.Written.CopyTo(bytes.AsMemory(FixedBytes));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bytes.Length - ChecksumBytes), XxHash3.HashToUInt64(bytes.AsSpan(0, bytes.Length - ChecksumBytes)));
        return bytes;
    }

    /// <summary>Reads a header.</summary>
    /// <exception cref="Orrery.Kernel.OrreryException">It is not a header of a version that this build reads, or damaged.</exception>
    public static (long First, SignalSchema Schema, int Length) Decode(ReadOnlySpan<byte> file, string path)
    {
        if (file.Length < FixedBytes || !file.StartsWith(Magic))
            throw DamagedStream.Error(path, "it does not begin as the tail of a signal stream");
        if (BinaryPrimitives.ReadInt32LittleEndian(file[8..]) is not FormatVersion and var version)
            throw DamagedStream.Error(path, $"it has format version {version}, and this version of Orrery reads {FormatVersion}");
        var body = BinaryPrimitives.ReadInt32LittleEndian(file[12..]);
        if (body < 0 || body > file.Length - FixedBytes - ChecksumBytes)
            throw DamagedStream.Error(path, "its header is cut short");
        var end = FixedBytes + body;
        if (BinaryPrimitives.ReadUInt64LittleEndian(file[end..]) != XxHash3.HashToUInt64(file[..end]))
            throw DamagedStream.Error(path, "its header does not match its checksum");
        var reader = new PayloadReader(file.Slice(FixedBytes, body));
        var first = reader.Int64();
        var columns = new SignalColumn[reader.Int32()];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = new(reader.Text(), (SignalType)reader.Byte());
        return (first, new(columns.Skip(2)), end + ChecksumBytes); // A schema begins with time and id by itself.
    }
}
