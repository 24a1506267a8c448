using System.IO.Hashing;

namespace Orrery.Vectors.Persistence;

/// <summary>Bytes that become a section: asked for front to back, in parts of 256 KiB but for the last.</summary>
internal interface ISection
{
    long Bytes { get; }

    /// <summary>Fills the buffer, or writes what is left, and returns how much that is.</summary>
    int CopyTo(long offset, Span<byte> buffer);
}

/// <summary>A stretch of native memory that becomes a section; its owner keeps it alive.</summary>
internal sealed unsafe class Section(void* start, long bytes, object owner) : ISection
{
    public long Bytes { get; } = bytes;

    public int CopyTo(long offset, Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, Bytes - offset);
        new ReadOnlySpan<byte>((byte*)start + offset, count).CopyTo(buffer);
        GC.KeepAlive(owner);
        return count;
    }
}

/// <summary>Writes sections front to back, so that any stream will do.</summary>
internal static class SectionWriter
{
    private const int BufferBytes = 1 << 18;

    public static async Task WriteAsync(Stream stream, FileKind kind, byte[] properties, IReadOnlyList<ISection> sections, CancellationToken cancellationToken)
    {
        var layout = SectionLayout.Of(kind, properties, sections.Select(section => section.Bytes));
        var header = layout.WriteHeader();
        await stream.WriteAsync(header, cancellationToken).ConfigureAwait(false);
        var at = (long)header.Length;
        var buffer = new byte[BufferBytes];
        var checksums = new ulong[sections.Count];
        for (var i = 0; i < sections.Count; i++)
        {
            at += await PadAsync(stream, buffer, layout.Offsets[i] - at, cancellationToken).ConfigureAwait(false);
            var hash = new XxHash3();
            for (long done = 0; done < sections[i].Bytes;)
            {
                var count = sections[i].CopyTo(done, buffer);
                hash.Append(buffer.AsSpan(0, count));
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                done += count;
            }

            at += sections[i].Bytes;
            checksums[i] = hash.GetCurrentHashAsUInt64();
        }

        await PadAsync(stream, buffer, layout.FooterOffset - at, cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(layout.WriteFooter(checksums), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> PadAsync(Stream stream, byte[] buffer, long bytes, CancellationToken cancellationToken)
    {
        Array.Clear(buffer, 0, (int)bytes);
        await stream.WriteAsync(buffer.AsMemory(0, (int)bytes), cancellationToken).ConfigureAwait(false);
        return (int)bytes;
    }
}
