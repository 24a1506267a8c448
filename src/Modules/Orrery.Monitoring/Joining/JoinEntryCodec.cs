using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Orrery.Kernel;

namespace Orrery.Monitoring.Joining;

/// <summary>
/// Entries as bytes: format, flags, the label (value, time), the number of scores, and for each: version, time, served, score, the arm's name. About 45 bytes for one
/// score and its label. Integers and floats are 8 bytes, little-endian.
/// </summary>
internal static class JoinEntryCodec
{
    private const byte Format = 1;
    private const byte Labelled = 1;
    private const byte Served = 1;
    private const byte Scored = 2;

    public static void Write(JoinEntry entry, ArrayBufferWriter<byte> to)
    {
        Byte(to, Format);
        Byte(to, entry.Label is null ? (byte)0 : Labelled);
        if (entry.Label is { } label)
        {
            Int64(to, BitConverter.DoubleToInt64Bits(label.Value));
            Int64(to, label.Time);
        }

        Byte(to, checked((byte)entry.Scores.Count));
        foreach (var score in entry.Scores)
        {
            Int64(to, score.Version);
            Int64(to, score.PredictedAt);
            Byte(to, (byte)((score.Served ? Served : 0) | (score.Score is null ? 0 : Scored)));
            Int64(to, BitConverter.DoubleToInt64Bits(score.Score ?? 0));
            Text(to, score.Arm);
        }
    }

    public static JoinEntry Read(ReadOnlySpan<byte> from)
    {
        if (from.IsEmpty || from[0] != Format)
            throw new OrreryException(ErrorCode.Internal, "An entry of the label join has another format than this version of Orrery writes.");
        var flags = from[1];
        from = from[2..];
        var entry = new JoinEntry();
        if ((flags & Labelled) != 0)
            entry.Label = new(BitConverter.Int64BitsToDouble(Int64(ref from)), Int64(ref from));
        int count = Byte(ref from);
        for (var i = 0; i < count; i++)
        {
            var (version, time, bits) = (Int64(ref from), Int64(ref from), Byte(ref from));
            var score = BitConverter.Int64BitsToDouble(Int64(ref from));
            entry.Scores.Add(new(version, Text(ref from), (bits & Served) != 0, (bits & Scored) != 0 ? score : null, time));
        }

        return entry;
    }

    /// <summary>A length and UTF-8.</summary>
    public static void Text(ArrayBufferWriter<byte> to, string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(4), bytes);
        to.Advance(4);
        to.Advance(Encoding.UTF8.GetBytes(text, to.GetSpan(bytes)));
    }

    public static string Text(ref ReadOnlySpan<byte> from)
    {
        var bytes = BinaryPrimitives.ReadInt32LittleEndian(from);
        var text = Known(from.Slice(4, bytes));
        from = from[(4 + bytes)..];
        return text;
    }

    // Nearly every record bears one of two names: they need not be made anew.
    private static string Known(ReadOnlySpan<byte> utf8) =>
        utf8.SequenceEqual("champion"u8) ? "champion" : utf8.SequenceEqual("challenger"u8) ? "challenger" : Encoding.UTF8.GetString(utf8);

    private static void Byte(ArrayBufferWriter<byte> to, byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
    }

    private static void Int64(ArrayBufferWriter<byte> to, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to.GetSpan(8), value);
        to.Advance(8);
    }

    private static byte Byte(ref ReadOnlySpan<byte> from)
    {
        var value = from[0];
        from = from[1..];
        return value;
    }

    private static long Int64(ref ReadOnlySpan<byte> from)
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(from);
        from = from[8..];
        return value;
    }
}
