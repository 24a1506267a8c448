using Orrery.Ledger.Traces.Spans;

namespace Orrery.Protocols.Otlp;

/// <summary>The enums of the wire; a number that is not known yet says as much as none.</summary>
internal static class OtlpWords
{
    public static SpanKind Kind(int number) => number is >= (int)SpanKind.Unspecified and <= (int)SpanKind.Consumer ? (SpanKind)number : SpanKind.Unspecified;

    public static SpanStatus Status(int number) => number is >= (int)SpanStatus.Unset and <= (int)SpanStatus.Error ? (SpanStatus)number : SpanStatus.Unset;
}
