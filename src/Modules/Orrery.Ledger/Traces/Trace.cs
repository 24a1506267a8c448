using Orrery.Kernel;
using Orrery.Ledger.Traces.Assessments;

namespace Orrery.Ledger.Traces;

/// <summary>How what is traced ended.</summary>
public enum TraceState
{
    /// <summary>Nobody says.</summary>
    Unspecified,
    /// <summary>It is going on.</summary>
    InProgress,
    /// <summary>It ended well.</summary>
    Ok,
    /// <summary>It failed.</summary>
    Error,
}

/// <summary>What language models were asked for in a trace.</summary>
/// <param name="InputTokens">Tokens read.</param>
/// <param name="OutputTokens">Tokens written.</param>
/// <param name="TotalTokens">Both; providers may count more, such as hidden reasoning.</param>
/// <param name="Cost">In US dollars, where whoever traced says so.</param>
public sealed record TokenUsage(long InputTokens, long OutputTokens, long TotalTokens, double? Cost = null);

/// <summary>
/// One request as it went through an application: a tree of spans, with what people and judges said of it. It is a signal: it names the run, logged model
/// and experiment that it came from, and is found through them.
/// </summary>
/// <param name="Id">What clients call it: <c>tr-</c> and the 32 hexadecimal digits of OpenTelemetry, or another word of theirs.</param>
/// <param name="Folder">The number of the folder (experiment) it is in.</param>
/// <param name="State">How it ended.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Duration">How long it took; null while nobody says.</param>
/// <param name="Spans">How many spans are kept of it.</param>
/// <param name="Usage">What language models were asked for; null where none is known.</param>
/// <param name="Tags">Free labels, which may change.</param>
/// <param name="Metadata">What it came from: run, model, session, user. See <see cref="TraceKeys"/>.</param>
public sealed record Trace(
    string Id, long Folder, TraceState State, DateTimeOffset StartedAt, TimeSpan? Duration, int Spans, TokenUsage? Usage,
    IReadOnlyDictionary<string, string> Tags, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>What the caller of the application named the request.</summary>
    public string? ClientRequestId { get; init; }

    /// <summary>The beginning of what was asked.</summary>
    public string? RequestPreview { get; init; }

    /// <summary>The beginning of what was answered.</summary>
    public string? ResponsePreview { get; init; }

    /// <summary>Where clients that keep spans as files put this trace's.</summary>
    public string ArtifactUri { get; init; } = "";

    /// <summary>What it is called: as its root span is, unless somebody named it.</summary>
    public string? Name => Tags.GetValueOrDefault(TraceKeys.Name);
}

/// <summary>A trace as a client tells of it, with or without its spans.</summary>
public sealed record NewTrace(string Id, long Folder, TraceState State, DateTimeOffset StartedAt, TimeSpan? Duration = null)
{
    /// <inheritdoc cref="Trace.ClientRequestId"/>
    public string? ClientRequestId { get; init; }

    /// <inheritdoc cref="Trace.RequestPreview"/>
    public string? RequestPreview { get; init; }

    /// <inheritdoc cref="Trace.ResponsePreview"/>
    public string? ResponsePreview { get; init; }

    /// <inheritdoc cref="Trace.Tags"/>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc cref="Trace.Metadata"/>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>What the client knows of its use of language models; spans that come later count anew.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>What is said of it already.</summary>
    public IReadOnlyList<NewAssessment> Assessments { get; init; } = [];
}

/// <summary>What ended of a trace that was begun before.</summary>
public sealed record TraceEnd(TraceState State, DateTimeOffset EndedAt, IReadOnlyDictionary<string, string> Tags, IReadOnlyDictionary<string, string> Metadata);

/// <summary>Which traces are wanted, in which order.</summary>
/// <param name="Folders">The numbers of the folders.</param>
/// <param name="Filter">Conditions joined by AND: <c>status = 'ERROR' AND span.type = 'LLM' AND feedback.correct = 'false'</c>; see docs/guides/traces.md.</param>
/// <param name="OrderBy"><c>timestamp DESC</c>, <c>execution_time</c> …; the newest first where there is none.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="Cursor">Where the page before ended.</param>
public sealed record TraceSearch(
    IReadOnlyList<long> Folders, string? Filter = null, IReadOnlyList<string>? OrderBy = null, int Limit = PageRequest.DefaultLimit, string? Cursor = null);

/// <summary>Which traces of a folder go: those up to an instant (the oldest first, where only some may go), or those of these ids.</summary>
public sealed record TraceDeletion(long Folder, DateTimeOffset? Until = null, int? Most = null, IReadOnlyList<string>? Ids = null);

/// <summary>How often two conditions on traces hold, and hold together.</summary>
public sealed record TraceCounts(long Total, long First, long Second, long Both);
