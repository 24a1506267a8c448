using System.Text;

namespace Orrery.Ledger.Traces.Spans;

/// <summary>The tags that stand before a value in a packed span.</summary>
internal enum PackedValue : byte
{
    Nothing,
    Text,
    False,
    True,
    Whole,
    Number,
    Bytes,
    Items,
    Fields,
}

/// <summary>Writes a span field by field: whole numbers as LEB128 varints (signed ones zigzag), texts as UTF-8 behind their length, lists behind their count.</summary>
internal sealed class SpanWriter(Stream stream) : BinaryWriter(stream, Encoding.UTF8, leaveOpen: true)
{
    public void Write(TraceSpan span)
    {
        Write(span.TraceId);
        Write(span.Id);
        Write(span.ParentId ?? "");
        Write(span.Name);
        Signed(span.Start);
        Signed(span.End is { } end ? end - span.Start : 0);
        Write((byte)((span.End is null ? 0 : 1) | ((int)span.Status << 1) | ((int)span.Kind << 3)));
        Write(span.StatusMessage);
        Attributes(span.Attributes);
        Write7BitEncodedInt(span.Events.Count);
        foreach (var happened in span.Events)
        {
            Signed(happened.Time - span.Start);
            Write(happened.Name);
            Attributes(happened.Attributes);
            Write7BitEncodedInt64(happened.DroppedAttributes);
        }

        Write7BitEncodedInt(span.Links.Count);
        foreach (var link in span.Links)
            Link(link);
        Attributes(span.Resource);
        Write(span.Scope.Name);
        Write(span.Scope.Version);
        Write(span.State);
        foreach (var count in (ReadOnlySpan<uint>)[span.Flags, span.DroppedAttributes, span.DroppedEvents, span.DroppedLinks])
            Write7BitEncodedInt64(count);
    }

    private void Link(SpanLink link)
    {
        Write(link.TraceId);
        Write(link.SpanId);
        Write(link.State);
        Attributes(link.Attributes);
        Write7BitEncodedInt64(link.DroppedAttributes);
        Write7BitEncodedInt64(link.Flags);
    }

    private void Attributes(IReadOnlyList<SpanAttribute> attributes)
    {
        Write7BitEncodedInt(attributes.Count);
        foreach (var (key, value) in attributes)
        {
            Write(key);
            Value(value);
        }
    }

    private void Value(SpanValue value)
    {
        switch (value)
        {
            case SpanValue.Text text:
                Write((byte)PackedValue.Text);
                Write(text.Value);
                break;
            case SpanValue.Flag flag:
                Write((byte)(flag.Value ? PackedValue.True : PackedValue.False));
                break;
            case SpanValue.Whole whole:
                Write((byte)PackedValue.Whole);
                Signed(whole.Value);
                break;
            case SpanValue.Number number:
                Write((byte)PackedValue.Number);
                Write(number.Value);
                break;
            case SpanValue.Bytes bytes:
                Write((byte)PackedValue.Bytes);
                Write7BitEncodedInt(bytes.Value.Length);
                Write(bytes.Value.Span);
                break;
            case SpanValue.Items items:
                Write((byte)PackedValue.Items);
                Write7BitEncodedInt(items.Values.Count);
                foreach (var item in items.Values)
                    Value(item);
                break;
            case SpanValue.Fields fields:
                Write((byte)PackedValue.Fields);
                Attributes(fields.Values);
                break;
            default:
                Write((byte)PackedValue.Nothing);
                break;
        }
    }

    private void Signed(long number) => Write7BitEncodedInt64((number << 1) ^ (number >> 63));
}
