using Orrery.Kernel;

namespace Orrery.Protocols.Otlp;

/// <summary>
/// Counts the messages in an export before it is read: two bytes make an empty event, which takes fifty times as much in memory, so that the size of a
/// body alone bounds nothing. Only the wire's own structure is walked (protobuf.dev/programming-guides/encoding); nothing is made.
/// </summary>
internal static class OtlpBudget
{
    /// <summary>Spans, events, links, attributes and values in one export: with all that hangs on them about 150 MB.</summary>
    public const int MaxMessages = 1_000_000;

    /// <summary>How deep messages may nest, which is protobuf's own bound; values within values take two levels each.</summary>
    public const int MaxDepth = 100;

    private enum Shape
    {
        Leaf,
        Request,
        ResourceSpans,
        AttributesFirst, // Resource
        ScopeSpans,
        AttributesThird, // InstrumentationScope, Event
        AttributesFourth, // Link
        Span,
        KeyValue,
        AnyValue,
        Values,
        Pairs,
    }

    /// <exception cref="InvalidException">It holds too much, or is no protobuf.</exception>
    public static void Check(ReadOnlySpan<byte> body)
    {
        var budget = MaxMessages;
        Walk(body, Shape.Request, MaxDepth, ref budget);
    }

    private static void Walk(ReadOnlySpan<byte> message, Shape shape, int depth, ref int budget)
    {
        if (depth == 0)
            throw new InvalidException($"The body nests deeper than {MaxDepth} messages.");
        if (budget-- == 0)
            throw new InvalidException($"The body holds more than {MaxMessages} spans, events, links, attributes and values; export them in several batches.");
        while (!message.IsEmpty)
        {
            var tag = Varint(ref message);
            switch (tag & 7)
            {
                case 0:
                    Varint(ref message);
                    break;
                case 1:
                    Skip(ref message, 8);
                    break;
                case 2:
                    var length = Varint(ref message);
                    var within = Within(shape, tag >> 3);
                    var content = Skip(ref message, length);
                    if (within != Shape.Leaf)
                        Walk(content, within, depth - 1, ref budget);
                    break;
                case 5:
                    Skip(ref message, 4);
                    break;
                default:
                    throw Truncated();
            }
        }
    }

    private static Shape Within(Shape shape, ulong field) => (shape, field) switch
    {
        (Shape.Request, 1) => Shape.ResourceSpans,
        (Shape.ResourceSpans, 1) => Shape.AttributesFirst,
        (Shape.ResourceSpans, 2) => Shape.ScopeSpans,
        (Shape.ScopeSpans, 1) => Shape.AttributesThird,
        (Shape.ScopeSpans, 2) => Shape.Span,
        (Shape.Span, 9) => Shape.KeyValue,
        (Shape.Span, 11) => Shape.AttributesThird,
        (Shape.Span, 13) => Shape.AttributesFourth,
        (Shape.AttributesFirst, 1) or (Shape.AttributesThird, 3) or (Shape.AttributesFourth, 4) => Shape.KeyValue,
        (Shape.KeyValue, 2) => Shape.AnyValue,
        (Shape.AnyValue, 5) => Shape.Values,
        (Shape.AnyValue, 6) => Shape.Pairs,
        (Shape.Values, 1) => Shape.AnyValue,
        (Shape.Pairs, 1) => Shape.KeyValue,
        _ => Shape.Leaf,
    };

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (bytes.IsEmpty)
                throw Truncated();
            var next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7f) << (shift & 63);
            if (next < 0x80)
                return value;
        }

        throw Truncated();
    }

    private static ReadOnlySpan<byte> Skip(ref ReadOnlySpan<byte> bytes, ulong length)
    {
        if (length > (ulong)bytes.Length)
            throw Truncated();
        var skipped = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return skipped;
    }

    private static InvalidException Truncated() => new("The body is no ExportTraceServiceRequest in protobuf: it is cut off or is something else.");
}
