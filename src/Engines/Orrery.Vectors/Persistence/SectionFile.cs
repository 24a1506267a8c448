using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Persistence;

/// <summary>The sections of a file, in memory of their own or where the file is mapped. They are checked when asked for.</summary>
internal sealed class SectionFile
{
    // What a stream promises is believed this far ahead of what it gives.
    private const long FirstBytes = 1 << 20;

    private readonly SectionLayout _layout;
    private readonly ulong[] _checksums;
    private readonly NativeBlock<byte>[] _sections;

    private SectionFile(SectionLayout layout, ulong[] checksums, NativeBlock<byte>[] sections) => (_layout, _checksums, _sections) = (layout, checksums, sections);

    public FileKind Kind => _layout.Kind;

    /// <summary>How many sections there are.</summary>
    public int Count => _sections.Length;

    public BinaryReader Properties => new(new MemoryStream(_layout.Properties, writable: false));

    /// <summary>Uses a file where it is mapped, and reads only its header and end.</summary>
    /// <exception cref="InvalidDataException">It is another file, truncated or damaged.</exception>
    public static unsafe SectionFile Map(MemoryMappedViewAccessor view, FileKind kind)
    {
        LittleEndianOnly();
        var region = new MappedRegion(view);
        var start = new ReadOnlySpan<byte>(region.Pointer, (int)Math.Min(SectionLayout.FixedBytes, region.Length));
        var headerBytes = SectionLayout.HeaderLength(start, kind);
        if (region.Length < headerBytes)
            throw SectionLayout.Truncated(headerBytes, region.Length);
        var layout = SectionLayout.Read(new ReadOnlySpan<byte>(region.Pointer, headerBytes), kind);
        // A view may be rounded up to whole pages, never down.
        if (region.Length < layout.FileBytes)
            throw SectionLayout.Truncated(layout.FileBytes, region.Length);
        var checksums = layout.ReadFooter(new ReadOnlySpan<byte>(region.Pointer + layout.FooterOffset, layout.FooterBytes));
        var sections = new NativeBlock<byte>[layout.Lengths.Length];
        for (var i = 0; i < sections.Length; i++)
            sections[i] = new NativeBlock<byte>(region.Pointer + layout.Offsets[i], layout.Lengths[i], region);
        GC.KeepAlive(region);
        return new SectionFile(layout, checksums, sections);
    }

    /// <summary>Reads a whole file front to back, from where the stream stands.</summary>
    /// <exception cref="InvalidDataException">It is another file, truncated or damaged.</exception>
    public static async Task<SectionFile> ReadAsync(Stream stream, FileKind kind, CancellationToken cancellationToken)
    {
        LittleEndianOnly();
        var start = new byte[SectionLayout.FixedBytes];
        var got = await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var header = new byte[SectionLayout.HeaderLength(start.AsSpan(0, got), kind)];
        start.CopyTo(header, 0);
        await FillAsync(stream, header.AsMemory(start.Length), header.Length, start.Length, cancellationToken).ConfigureAwait(false);
        var layout = SectionLayout.Read(header, kind);
        var (at, buffer) = ((long)header.Length, new byte[1 << 18]);
        var sections = new NativeBlock<byte>[layout.Lengths.Length];
        for (var i = 0; i < sections.Length; i++)
        {
            await FillAsync(stream, buffer.AsMemory(0, (int)(layout.Offsets[i] - at)), layout.FileBytes, at, cancellationToken).ConfigureAwait(false);
            sections[i] = await ReadSectionAsync(stream, layout, i, buffer, cancellationToken).ConfigureAwait(false);
            at = layout.Offsets[i] + layout.Lengths[i];
        }

        var footer = new byte[layout.FooterOffset - at + layout.FooterBytes];
        await FillAsync(stream, footer, layout.FileBytes, at, cancellationToken).ConfigureAwait(false);
        var file = new SectionFile(layout, layout.ReadFooter(footer.AsSpan(^layout.FooterBytes..)), sections);
        for (var i = 0; i < sections.Length; i++)
            file.Verify(i);
        return file;
    }

    /// <summary>A section as numbers; it must hold exactly <paramref name="length"/> of them.</summary>
    /// <exception cref="InvalidDataException">It holds more or fewer.</exception>
    public unsafe NativeBlock<T> Read<T>(int index, long length)
        where T : unmanaged
    {
        var section = index < _sections.Length ? _sections[index] : throw SectionLayout.Damaged($"section {index} is missing; it");
        if (length < 0 || section.Length != checked(length * sizeof(T)))
            throw SectionLayout.Damaged($"section {index} is of another length than its header says, it");
        return new NativeBlock<T>((T*)section.Pointer, length, section);
    }

    /// <summary>Compares a section with its checksum.</summary>
    /// <exception cref="InvalidDataException">It differs.</exception>
    public unsafe void Verify(int index)
    {
        var (section, hash) = (_sections[index], new XxHash3());
        for (long done = 0; done < section.Length; done += FirstBytes)
            hash.Append(new ReadOnlySpan<byte>(section.Pointer + done, (int)Math.Min(FirstBytes, section.Length - done)));
        GC.KeepAlive(section);
        if (hash.GetCurrentHashAsUInt64() != _checksums[index])
            throw SectionLayout.Damaged($"section {index}");
    }

    private static async Task<NativeBlock<byte>> ReadSectionAsync(
        Stream stream, SectionLayout layout, int index, byte[] buffer, CancellationToken cancellationToken)
    {
        var length = layout.Lengths[index];
        var section = new NativeBlock<byte>(Math.Min(length, FirstBytes));
        for (long done = 0; done < length;)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - done));
            await FillAsync(stream, part, layout.FileBytes, layout.Offsets[index] + done, cancellationToken).ConfigureAwait(false);
            if (done + part.Length > section.Length)
                section = Grown(section, Math.Min(length, 2 * section.Length), done);
            Put(section, done, part.Span);
            done += part.Length;
        }

        return section;
    }

    private static NativeBlock<byte> Grown(NativeBlock<byte> section, long length, long used)
    {
        var grown = new NativeBlock<byte>(length);
        section.CopyTo(grown, used);
        return grown;
    }

    private static unsafe void Put(NativeBlock<byte> section, long at, ReadOnlySpan<byte> part) => part.CopyTo(new Span<byte>(section.Pointer + at, part.Length));

    private static async Task FillAsync(Stream stream, Memory<byte> part, long expected, long at, CancellationToken cancellationToken)
    {
        var got = await stream.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (got < part.Length)
            throw SectionLayout.Truncated(expected, at + got);
    }

    private static void LittleEndianOnly()
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Index files are little endian, and are used as they lie in memory.");
    }
}
