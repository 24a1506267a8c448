using Google.Protobuf;
using Google.Protobuf.Collections;
using Orrery.Kernel;
using Orrery.Ledger.Traces.Spans;
using Orrery.Protocols.Otlp.Messages;

namespace Orrery.Protocols.Otlp;

/// <summary>Reads an export in protobuf.</summary>
internal static class OtlpProtobuf
{
    /// <exception cref="InvalidException">The bytes are no such message, or hold too much.</exception>
    public static IReadOnlyList<TraceSpan> Read(ReadOnlySpan<byte> body)
    {
        OtlpBudget.Check(body);
        try
        {
            return Read(ExportTraceServiceRequest.Parser.ParseFrom(body));
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InvalidException($"The body is no ExportTraceServiceRequest in protobuf: {error.Message}");
        }
    }

    public static IReadOnlyList<TraceSpan> Read(ExportTraceServiceRequest request)
    {
        var spans = new List<TraceSpan>();
        foreach (var ofResource in request.ResourceSpans)
        {
            var resource = Attributes(ofResource.Resource?.Attributes);
            foreach (var ofScope in ofResource.ScopeSpans)
            {
                var scope = ofScope.Scope is { } from ? new SpanScope(from.Name, from.Version) : SpanScope.None;
                foreach (var span in ofScope.Spans)
                    spans.Add(Read(span, resource, scope));
            }
        }

        return spans;
    }

    private static TraceSpan Read(Span span, IReadOnlyList<SpanAttribute> resource, SpanScope scope) => new(
        Hex(span.TraceId), Hex(span.SpanId), span.ParentSpanId.IsEmpty ? null : Hex(span.ParentSpanId), span.Name, (long)span.StartTimeUnixNano,
        span.EndTimeUnixNano == 0 ? null : (long)span.EndTimeUnixNano)
    {
        Kind = OtlpWords.Kind(span.Kind),
        Status = OtlpWords.Status(span.Status?.Code ?? 0),
        StatusMessage = span.Status?.Message ?? "",
        Attributes = Attributes(span.Attributes),
        Events = [.. span.Events.Select(e => new SpanEvent((long)e.TimeUnixNano, e.Name, Attributes(e.Attributes), e.DroppedAttributesCount))],
        Links = [.. span.Links.Select(link => new SpanLink(Hex(link.TraceId), Hex(link.SpanId), link.TraceState, Attributes(link.Attributes), link.DroppedAttributesCount, link.Flags))],
        Resource = resource,
        Scope = scope,
        State = span.TraceState,
        Flags = span.Flags,
        DroppedAttributes = span.DroppedAttributesCount,
        DroppedEvents = span.DroppedEventsCount,
        DroppedLinks = span.DroppedLinksCount,
    };

    private static IReadOnlyList<SpanAttribute> Attributes(RepeatedField<KeyValue>? pairs) =>
        pairs is { Count: > 0 } ? [.. pairs.Select(pair => new SpanAttribute(pair.Key, Value(pair.Value)))] : [];

    private static SpanValue Value(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => new SpanValue.Text(value.StringValue),
        AnyValue.ValueOneofCase.BoolValue => new SpanValue.Flag(value.BoolValue),
        AnyValue.ValueOneofCase.IntValue => new SpanValue.Whole(value.IntValue),
        AnyValue.ValueOneofCase.DoubleValue => new SpanValue.Number(value.DoubleValue),
        AnyValue.ValueOneofCase.BytesValue => new SpanValue.Bytes(value.BytesValue.Memory),
        AnyValue.ValueOneofCase.ArrayValue => new SpanValue.Items([.. value.ArrayValue.Values.Select(Value)]),
        AnyValue.ValueOneofCase.KvlistValue => new SpanValue.Fields(Attributes(value.KvlistValue.Values)),
        _ => SpanValue.Nothing,
    };

    // A foreign id of a hundred kilobytes is refused later; its text need not be made for that.
    private static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span[..Math.Min(id.Length, 64)]);
}
