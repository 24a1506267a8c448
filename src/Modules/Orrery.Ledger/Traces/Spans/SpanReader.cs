using System.Text;

namespace Orrery.Ledger.Traces.Spans;

/// <summary>Reads what <see cref="SpanWriter"/> wrote. Counts are not trusted: memory grows with what is there, not with what is announced.</summary>
internal sealed class SpanReader(Stream stream) : BinaryReader(stream, Encoding.UTF8)
{
    private const int MaxExpected = 1024;

    public TraceSpan ReadSpan()
    {
        var (trace, id, parent, name) = (ReadString(), ReadString(), ReadString(), ReadString());
        var (start, length, flags) = (Signed(), Signed(), ReadByte());
        var message = ReadString();
        var span = new TraceSpan(trace, id, parent.Length == 0 ? null : parent, name, start, (flags & 1) == 0 ? null : start + length)
        {
            Status = (SpanStatus)((flags >> 1) & 3),
            Kind = (SpanKind)((flags >> 3) & 7),
            StatusMessage = message,
            Attributes = Attributes(),
            Events = Many(() => new SpanEvent(start + Signed(), ReadString(), Attributes(), Count())),
            Links = Many(() => new SpanLink(ReadString(), ReadString(), ReadString(), Attributes(), Count(), Count())),
            Resource = Attributes(),
            Scope = Scope(ReadString(), ReadString()),
            State = ReadString(),
        };
        return span with { Flags = Count(), DroppedAttributes = Count(), DroppedEvents = Count(), DroppedLinks = Count() };
    }

    private static SpanScope Scope(string name, string version) => name.Length + version.Length == 0 ? SpanScope.None : new(name, version);

    private List<SpanAttribute> Attributes() => Many(() => new SpanAttribute(ReadString(), Value()));

    private SpanValue Value() => (PackedValue)ReadByte() switch
    {
        PackedValue.Nothing => SpanValue.Nothing,
        PackedValue.Text => new SpanValue.Text(ReadString()),
        PackedValue.False => new SpanValue.Flag(false),
        PackedValue.True => new SpanValue.Flag(true),
        PackedValue.Whole => new SpanValue.Whole(Signed()),
        PackedValue.Number => new SpanValue.Number(ReadDouble()),
        PackedValue.Bytes => new SpanValue.Bytes(Bytes(Read7BitEncodedInt())),
        PackedValue.Items => new SpanValue.Items(Many(Value)),
        PackedValue.Fields => new SpanValue.Fields(Attributes()),
        var tag => throw new InvalidDataException($"{tag} is no tag of a value."),
    };

    private byte[] Bytes(int length)
    {
        var bytes = ReadBytes(length); // fewer at the end of the stream
        return bytes.Length == length ? bytes : throw new EndOfStreamException();
    }

    private List<T> Many<T>(Func<T> read)
    {
        var count = Read7BitEncodedInt();
        if (count == 0)
            return [];
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var items = new List<T>(Math.Min(count, MaxExpected));
        for (var i = 0; i < count; i++)
            items.Add(read());
        return items;
    }

    private uint Count() => (uint)Read7BitEncodedInt64();

    private long Signed()
    {
        var zigzag = (ulong)Read7BitEncodedInt64();
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }
}
