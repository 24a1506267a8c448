using System.Buffers.Binary;
using System.IO.Hashing;

namespace Orrery.Vectors.Persistence;

/// <summary>
/// Where things are in a file, little endian: magic, version, kind, length, sizes; the properties; offset and length of every section; a checksum of all that. Then the
/// sections at multiples of 64 bytes, or of a page where a search reads from the disk, so that a mapped one is aligned, and in the end their checksums, which a stream knows only then. XxHash3, 64 bits.
/// </summary>
internal sealed class SectionLayout
{
    public const int FixedBytes = 32;

    private const uint Version = 1;
    private const int CacheLine = 64;
    private const int Page = 4096;
    private const int MostProperties = 4096;
    private const int MostSections = 64;

    private static ReadOnlySpan<byte> Magic => "ORRERYVX"u8;

    private SectionLayout(FileKind kind, byte[] properties, long[] lengths)
    {
        (Kind, Properties, Lengths) = (kind, properties, lengths);
        Offsets = new long[lengths.Length];
        var at = (long)HeaderBytes;
        for (var i = 0; i < lengths.Length; i++)
        {
            Offsets[i] = at = Aligned(at);
            at = checked(at + lengths[i]);
        }

        FooterOffset = Aligned(at);
        FileBytes = FooterOffset + FooterBytes;
    }

    public FileKind Kind { get; }

    public byte[] Properties { get; }

    public long[] Lengths { get; }

    public long[] Offsets { get; }

    public long FooterOffset { get; }

    public int FooterBytes => (Lengths.Length + 1) * sizeof(ulong);

    public long FileBytes { get; }

    private int HeaderBytes => FixedBytes + Properties.Length + Lengths.Length * 2 * sizeof(long) + sizeof(ulong);

    public static SectionLayout Of(FileKind kind, byte[] properties, IEnumerable<long> lengths) => new(kind, properties, [.. lengths]);

    /// <summary>How long the header is, from its first bytes; checks what is in them.</summary>
    /// <exception cref="InvalidDataException">This is no such file.</exception>
    public static int HeaderLength(ReadOnlySpan<byte> start, FileKind kind)
    {
        if (start.Length < FixedBytes || !start[..Magic.Length].SequenceEqual(Magic))
            throw new InvalidDataException("Expected an index written by Orrery; the file begins with something else. Check which file it is.");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (version != Version)
            throw new InvalidDataException($"Expected version {Version} of the format; the file has version {version}. Build the index anew, or read it with the release that wrote it.");
        var got = BinaryPrimitives.ReadUInt32LittleEndian(start[12..]);
        if (got != (uint)kind)
            throw new InvalidDataException($"Expected an index of kind {kind}; the file holds {(Enum.IsDefined((FileKind)got) ? (FileKind)got : got)}.");
        var (properties, sections) = (BinaryPrimitives.ReadUInt32LittleEndian(start[24..]), BinaryPrimitives.ReadUInt32LittleEndian(start[28..]));
        if (properties > MostProperties || sections > MostSections)
            throw Damaged("its header");
        return (int)(FixedBytes + properties + sections * 2 * sizeof(long) + sizeof(ulong));
    }

    /// <summary>Reads a whole header.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static SectionLayout Read(ReadOnlySpan<byte> header, FileKind kind)
    {
        if (XxHash3.HashToUInt64(header[..^sizeof(ulong)]) != BinaryPrimitives.ReadUInt64LittleEndian(header[^sizeof(ulong)..]))
            throw Damaged("its header");
        var properties = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        var table = header[(FixedBytes + properties)..^sizeof(ulong)];
        var lengths = new long[table.Length / 16];
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = BinaryPrimitives.ReadInt64LittleEndian(table[(16 * i + 8)..]);
            // Below 2⁵⁶ each, the offsets cannot overflow.
            if (lengths[i] is < 0 or >= 1L << 56)
                throw Damaged("its header");
        }

        var layout = new SectionLayout(kind, header.Slice(FixedBytes, properties).ToArray(), lengths);
        for (var i = 0; i < lengths.Length; i++)
        {
            if (BinaryPrimitives.ReadInt64LittleEndian(table[(16 * i)..]) != layout.Offsets[i])
                throw Damaged("its header");
        }

        return BinaryPrimitives.ReadInt64LittleEndian(header[16..]) == layout.FileBytes ? layout : throw Damaged("its header");
    }

    public byte[] WriteHeader()
    {
        var header = new byte[HeaderBytes];
        var span = header.AsSpan();
        Magic.CopyTo(span);
        BinaryPrimitives.WriteUInt32LittleEndian(span[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(span[12..], (uint)Kind);
        BinaryPrimitives.WriteInt64LittleEndian(span[16..], FileBytes);
        BinaryPrimitives.WriteInt32LittleEndian(span[24..], Properties.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span[28..], Lengths.Length);
        Properties.CopyTo(span[FixedBytes..]);
        var at = FixedBytes + Properties.Length;
        for (var i = 0; i < Lengths.Length; i++, at += 16)
        {
            BinaryPrimitives.WriteInt64LittleEndian(span[at..], Offsets[i]);
            BinaryPrimitives.WriteInt64LittleEndian(span[(at + 8)..], Lengths[i]);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(span[at..], XxHash3.HashToUInt64(span[..at]));
        return header;
    }

    public byte[] WriteFooter(ReadOnlySpan<ulong> checksums)
    {
        var footer = new byte[FooterBytes];
        for (var i = 0; i < checksums.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(footer.AsSpan(i * sizeof(ulong)), checksums[i]);
        BinaryPrimitives.WriteUInt64LittleEndian(footer.AsSpan(^sizeof(ulong)..), XxHash3.HashToUInt64(footer.AsSpan(..^sizeof(ulong))));
        return footer;
    }

    /// <exception cref="InvalidDataException">The footer is damaged.</exception>
    public ulong[] ReadFooter(ReadOnlySpan<byte> footer)
    {
        if (XxHash3.HashToUInt64(footer[..^sizeof(ulong)]) != BinaryPrimitives.ReadUInt64LittleEndian(footer[^sizeof(ulong)..]))
            throw Damaged("its end");
        var checksums = new ulong[Lengths.Length];
        for (var i = 0; i < checksums.Length; i++)
            checksums[i] = BinaryPrimitives.ReadUInt64LittleEndian(footer[(i * sizeof(ulong))..]);
        return checksums;
    }

    public static InvalidDataException Damaged(string where) =>
        new($"The index file is damaged: {where} differs from what was written. Restore it from a snapshot or build it anew.");

    public static InvalidDataException Truncated(long expected, long got) =>
        new($"The index file is truncated: expected {expected} bytes, got {got}. Restore it from a snapshot or build it anew.");

    private long Aligned(long offset) => Kind is FileKind.Vamana ? (offset + Page - 1) & -Page : (offset + CacheLine - 1) & -CacheLine;
}
