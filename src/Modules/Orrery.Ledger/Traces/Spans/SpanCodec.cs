using System.IO.Compression;
using Orrery.Kernel;

namespace Orrery.Ledger.Traces.Spans;

/// <summary>
/// Packs a span for its row: one byte of version, one that says whether the rest is deflated, then the span as <see cref="SpanWriter"/> writes it. The
/// spans of an application that talks with language models are mostly text that repeats, which shrinks to about a third.
/// </summary>
internal static class SpanCodec
{
    private const byte Version = 1;
    private const byte Plain = 0;
    private const byte Deflated = 1;
    private const int HeadBytes = 2;
    private const int WorthDeflating = 200; // below, the tables of deflate take more than they save

    public static byte[] Pack(TraceSpan span)
    {
        var plain = new MemoryStream();
        using (var writer = new SpanWriter(plain))
            writer.Write(span);
        var deflated = plain.Length >= WorthDeflating;
        var packed = new MemoryStream();
        packed.WriteByte(Version);
        packed.WriteByte(deflated ? Deflated : Plain);
        plain.Position = 0;
        if (!deflated)
        {
            plain.CopyTo(packed);
            return packed.ToArray();
        }

        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            plain.CopyTo(deflate);
        return packed.ToArray();
    }

    /// <exception cref="OrreryException">The row is damaged.</exception>
    public static TraceSpan Unpack(byte[] packed)
    {
        if (packed.Length < HeadBytes || packed[0] != Version || packed[1] is not (Plain or Deflated))
            throw Damaged(null);
        try
        {
            using var rest = new MemoryStream(packed, HeadBytes, packed.Length - HeadBytes);
            using Stream plain = packed[1] == Plain ? rest : new DeflateStream(rest, CompressionMode.Decompress);
            using var reader = new SpanReader(plain);
            return reader.ReadSpan();
        }
        catch (Exception error) when (error is EndOfStreamException or InvalidDataException or FormatException or ArgumentException or IOException)
        {
            throw Damaged(error);
        }
    }

    private static OrreryException Damaged(Exception? inner) => new(ErrorCode.Internal, "A span in the database is damaged and cannot be read.", inner);
}
