using CsCheck;
using Orrery.Kernel;
using Orrery.Ledger.Traces.Spans;
using Xunit;

namespace Orrery.Ledger.Tests.Traces;

public sealed class SpanCodecTests
{
    [Fact]
    public void What_is_packed_comes_back_the_same() => Spans.Any.Sample(span =>
    {
        var back = SpanCodec.Unpack(SpanCodec.Pack(span));
        Assert.Equal(Shape(span), Shape(back));
        Assert.Equal(SpanCodec.Pack(span), SpanCodec.Pack(back));
    });

    [Fact]
    public void Text_that_repeats_is_packed_to_a_fraction()
    {
        var said = string.Concat(Enumerable.Repeat("The quick brown fox jumps over the lazy dog. ", 200));
        var packed = SpanCodec.Pack(Spans.Span(1, "chat", attributes: Spans.Text("gen_ai.prompt", said)));
        Assert.InRange(packed.Length, 1, said.Length / 10);
    }

    [Fact]
    public void A_damaged_row_says_so_and_nothing_else_happens()
    {
        var packed = SpanCodec.Pack(Spans.Span(1, "chat", attributes: [Spans.Text("a", new string('x', 300)), Spans.Whole("b", 1)]));
        foreach (var cut in Enumerable.Range(0, packed.Length - 1))
            Assert.Equal(ErrorCode.Internal, Assert.Throws<OrreryException>(() => SpanCodec.Unpack(packed[..cut])).Code);
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            try
            {
                SpanCodec.Unpack([1, 0, .. bytes]);
            }
            catch (OrreryException error)
            {
                Assert.Equal(ErrorCode.Internal, error.Code);
            }
        });
    }

    // Every field as text; lists of records compare by reference.
    private static string Shape(TraceSpan span) => string.Join('|',
        span.TraceId, span.Id, span.ParentId, span.Name, span.Start, span.End, span.Kind, span.Status, span.StatusMessage, Shape(span.Attributes),
        string.Join(';', span.Events.Select(e => $"{e.Time},{e.Name},{Shape(e.Attributes)},{e.DroppedAttributes}")),
        string.Join(';', span.Links.Select(l => $"{l.TraceId},{l.SpanId},{l.State},{Shape(l.Attributes)},{l.DroppedAttributes},{l.Flags}")),
        Shape(span.Resource), span.Scope, span.State, span.Flags, span.DroppedAttributes, span.DroppedEvents, span.DroppedLinks);

    private static string Shape(IReadOnlyList<SpanAttribute> attributes) => string.Join(',', attributes.Select(a => $"{a.Key}={Shape(a.Value)}"));

    private static string Shape(SpanValue value) => value switch
    {
        SpanValue.Number number => $"double {BitConverter.DoubleToInt64Bits(number.Value)}",
        SpanValue.Bytes bytes => $"bytes {Convert.ToHexString(bytes.Value.Span)}",
        SpanValue.Items items => $"[{string.Join(',', items.Values.Select(Shape))}]",
        SpanValue.Fields fields => $"{{{Shape(fields.Values)}}}",
        _ => value.ToString(),
    };
}
