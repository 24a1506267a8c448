namespace Orrery.Ledger.Traces.Spans;

/// <summary>The value of an attribute: what OpenTelemetry's <c>AnyValue</c> may be (opentelemetry.io/docs/specs/otel/common/#anyvalue).</summary>
public abstract record SpanValue
{
    private SpanValue()
    {
    }

    /// <summary>The sender set no value.</summary>
    public static SpanValue Nothing { get; } = new Empty();

    /// <summary>No value.</summary>
    public sealed record Empty : SpanValue;

    /// <summary>A text.</summary>
    public sealed record Text(string Value) : SpanValue;

    /// <summary>Yes or no.</summary>
    public sealed record Flag(bool Value) : SpanValue;

    /// <summary>A whole number.</summary>
    public sealed record Whole(long Value) : SpanValue;

    /// <summary>A number.</summary>
    public sealed record Number(double Value) : SpanValue;

    /// <summary>Bytes.</summary>
    public sealed record Bytes(ReadOnlyMemory<byte> Value) : SpanValue;

    /// <summary>Several values.</summary>
    public sealed record Items(IReadOnlyList<SpanValue> Values) : SpanValue;

    /// <summary>Values by name.</summary>
    public sealed record Fields(IReadOnlyList<SpanAttribute> Values) : SpanValue;
}
