namespace Orrery.Ledger.Traces.Spans;

/// <summary>What a span does in a conversation between processes. Numbers as in OpenTelemetry.</summary>
public enum SpanKind
{
    /// <summary>Nobody says.</summary>
    Unspecified,
    /// <summary>It stays within its process.</summary>
    Internal,
    /// <summary>It answers a request from outside.</summary>
    Server,
    /// <summary>It asks another process.</summary>
    Client,
    /// <summary>It sends a message that somebody takes later.</summary>
    Producer,
    /// <summary>It takes such a message.</summary>
    Consumer,
}

/// <summary>How a span ended. Numbers as in OpenTelemetry.</summary>
public enum SpanStatus
{
    /// <summary>Nobody says, which means well.</summary>
    Unset,
    /// <summary>Well, as somebody says.</summary>
    Ok,
    /// <summary>It failed.</summary>
    Error,
}

/// <summary>A value by its name.</summary>
public sealed record SpanAttribute(string Key, SpanValue Value);

/// <summary>Something that happened at one instant within a span.</summary>
public sealed record SpanEvent(long Time, string Name, IReadOnlyList<SpanAttribute> Attributes, uint DroppedAttributes = 0);

/// <summary>Another span that this one has to do with, such as the one that caused it.</summary>
public sealed record SpanLink(string TraceId, string SpanId, string State, IReadOnlyList<SpanAttribute> Attributes, uint DroppedAttributes = 0, uint Flags = 0);

/// <summary>The library that made a span.</summary>
public sealed record SpanScope(string Name, string Version)
{
    /// <summary>Nobody says.</summary>
    public static readonly SpanScope None = new("", "");
}

/// <summary>
/// One step of a trace. Times are nanoseconds since 1970, as in OpenTelemetry, whose data model it is (opentelemetry.io/docs/specs/otel/trace/api/#span).
/// </summary>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="Id">16 hexadecimal digits, unique in the trace.</param>
/// <param name="ParentId">The span that this one is a part of; null of the root.</param>
/// <param name="Name">What is done.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended; null while it has not.</param>
public sealed record TraceSpan(string TraceId, string Id, string? ParentId, string Name, long Start, long? End)
{
    /// <summary>What it does between processes.</summary>
    public SpanKind Kind { get; init; }

    /// <summary>How it ended.</summary>
    public SpanStatus Status { get; init; }

    /// <summary>Why it failed.</summary>
    public string StatusMessage { get; init; } = "";

    /// <summary>What is known of it: inputs, outputs, model, tokens …</summary>
    public IReadOnlyList<SpanAttribute> Attributes { get; init; } = [];

    /// <summary>What happened within it.</summary>
    public IReadOnlyList<SpanEvent> Events { get; init; } = [];

    /// <summary>What it has to do with.</summary>
    public IReadOnlyList<SpanLink> Links { get; init; } = [];

    /// <summary>Where it was: service, host, library versions. The same for all spans of a process.</summary>
    public IReadOnlyList<SpanAttribute> Resource { get; init; } = [];

    /// <summary>The library that made it.</summary>
    public SpanScope Scope { get; init; } = SpanScope.None;

    /// <summary>W3C <c>tracestate</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>W3C trace flags and OpenTelemetry's own.</summary>
    public uint Flags { get; init; }

    /// <summary>Attributes that the sender left out.</summary>
    public uint DroppedAttributes { get; init; }

    /// <summary>Events that the sender left out.</summary>
    public uint DroppedEvents { get; init; }

    /// <summary>Links that the sender left out.</summary>
    public uint DroppedLinks { get; init; }

    /// <summary>What clients of MLflow call its trace.</summary>
    public string Trace => TracePrefix + TraceId;

    /// <summary>What stands before the digits of OpenTelemetry's id in the id of a trace.</summary>
    public const string TracePrefix = "tr-";
}

/// <summary>What became of spans that were sent.</summary>
/// <param name="Kept">How many are kept.</param>
/// <param name="Rejected">How many are not.</param>
/// <param name="Reason">Why the first of those is not; null where all are kept.</param>
public sealed record SpanReceipt(int Kept, int Rejected = 0, string? Reason = null);
