using CsCheck;
using Orrery.Ledger.Traces.Spans;

namespace Orrery.Ledger.Tests.Traces;

/// <summary>Spans for tests: by hand, and any that there may be.</summary>
internal static class Spans
{
    public const string TraceId = "0123456789abcdef0123456789abcdef";

    /// <summary>2026-01-01T12:00:00Z in nanoseconds.</summary>
    public const long Noon = 1_767_268_800_000_000_000;

    public static TraceSpan Span(int id, string name, int? parent = null, int startMs = 0, int lengthMs = 100, params SpanAttribute[] attributes) => new(
        TraceId, Hex(id), parent is { } above ? Hex(above) : null, name, Noon + (startMs * 1_000_000L), Noon + ((startMs + lengthMs) * 1_000_000L))
    {
        Attributes = attributes,
    };

    public static string Hex(int id) => id.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    public static SpanAttribute Text(string key, string value) => new(key, new SpanValue.Text(value));

    public static SpanAttribute Whole(string key, long value) => new(key, new SpanValue.Whole(value));

    /// <summary>Any span that is within bounds.</summary>
    public static Gen<TraceSpan> Any { get; } =
        from trace in Id(32)
        from id in Id(16)
        from parent in Id(16).Null()
        from name in Gen.String[0, 40]
        from start in Gen.Long[0, long.MaxValue / 2]
        from length in Gen.Long[0, long.MaxValue / 2]
        from open in Gen.Bool
        from kind in Gen.Enum<SpanKind>()
        from status in Gen.Enum<SpanStatus>()
        from attributes in Attributes(3)
        from events in Gen.Select(Gen.Long[0, long.MaxValue], Gen.String, Attributes(1), Gen.UInt, (time, what, with, dropped) => new SpanEvent(time, what, with, dropped)).Array[0, 3]
        from links in Gen.Select(Id(32), Id(16), Gen.String, Attributes(1), Gen.UInt, Gen.UInt, (t, s, state, with, dropped, flags) => new SpanLink(t, s, state, with, dropped, flags)).Array[0, 3]
        from resource in Attributes(0)
        from rest in Gen.Select(Gen.String, Gen.String, Gen.String, Gen.String)
        from counts in Gen.UInt.Array[4]
        select new TraceSpan(trace, id, parent, name, start, open ? null : start + length)
        {
            Kind = kind,
            Status = status,
            StatusMessage = rest.Item1,
            Attributes = attributes,
            Events = events,
            Links = links,
            Resource = resource,
            Scope = new(rest.Item2, rest.Item3),
            State = rest.Item4,
            Flags = counts[0],
            DroppedAttributes = counts[1],
            DroppedEvents = counts[2],
            DroppedLinks = counts[3],
        };

    private static Gen<string> Id(int digits) => Gen.Char["0123456789abcdef"].Array[digits - 1].Select(tail => "1" + new string(tail));

    private static Gen<SpanAttribute[]> Attributes(int depth) => Gen.Select(Gen.String[1, 20], Value(depth), (key, value) => new SpanAttribute(key, value)).Array[0, 4];

    private static Gen<SpanValue> Value(int depth)
    {
        var scalars = Gen.OneOf<SpanValue>(
            Gen.Const(SpanValue.Nothing), Gen.String.Select(text => (SpanValue)new SpanValue.Text(text)), Gen.Bool.Select(flag => (SpanValue)new SpanValue.Flag(flag)),
            Gen.Long.Select(number => (SpanValue)new SpanValue.Whole(number)), Gen.Double.Select(number => (SpanValue)new SpanValue.Number(number)),
            Gen.Byte.Array[0, 20].Select(bytes => (SpanValue)new SpanValue.Bytes(bytes)));
        return depth == 0 ? scalars : Gen.OneOf(
            scalars, Value(depth - 1).Array[0, 4].Select(items => (SpanValue)new SpanValue.Items(items)), Attributes(depth - 1).Select(fields => (SpanValue)new SpanValue.Fields(fields)));
    }
}
