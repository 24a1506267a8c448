using Orrery.Kernel;
using Orrery.Ledger.Traces.Spans;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Traces;

/// <summary>
/// The traces. Thread-safe; what is acknowledged is durable. Traces and spans are signals and leave no audit record; deleting and linking do.
/// </summary>
public interface ITraces
{
    /// <summary>The stream by which the lineage names traces.</summary>
    const string Stream = "traces";

    /// <summary>
    /// Records a trace. One whose spans were here first is completed by it: what it says counts, tags and metadata are added to those that are there.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such folder.</exception>
    /// <exception cref="PreconditionFailedException">The folder is deleted.</exception>
    Task<Trace> RecordAsync(Caller caller, NewTrace trace, CancellationToken cancellationToken = default);

    /// <summary>Ends a trace that was begun; tags and metadata are added to those that are there.</summary>
    /// <exception cref="NotFoundException">There is no such trace.</exception>
    Task<Trace> EndAsync(Caller caller, string id, TraceEnd end, CancellationToken cancellationToken = default);

    /// <summary>
    /// Keeps spans, of any traces. A trace that is not there yet begins in <paramref name="folder"/>; one that is stays where it is. A span that comes
    /// again replaces itself. A span that is out of bounds is left out, and what it is and why is in the result.
    /// </summary>
    Task<SpanReceipt> LogAsync(Caller caller, long folder, IReadOnlyList<TraceSpan> spans, CancellationToken cancellationToken = default);

    /// <summary>Keeps spans of a trace that is there, whatever trace they name themselves; else as <see cref="LogAsync"/>.</summary>
    /// <exception cref="NotFoundException">There is no such trace.</exception>
    Task<SpanReceipt> AttachAsync(Caller caller, string id, IReadOnlyList<TraceSpan> spans, CancellationToken cancellationToken = default);

    /// <summary>The trace of that id.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task<Trace> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>The traces of these ids that there are, in this order.</summary>
    Task<IReadOnlyList<Trace>> FindAsync(Caller caller, IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default);

    /// <summary>The spans of a trace by their start; a parent before its children where they start together.</summary>
    /// <exception cref="NotFoundException">There is no such trace.</exception>
    Task<IReadOnlyList<TraceSpan>> SpansAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>The traces that meet all conditions, in the wanted order.</summary>
    Task<Page<Trace>> SearchAsync(Caller caller, TraceSearch search, CancellationToken cancellationToken = default);

    /// <summary>How many traces meet two filters, each and both, among those that meet <paramref name="within"/>.</summary>
    Task<TraceCounts> CountAsync(Caller caller, IReadOnlyList<long> folders, string first, string second, string? within = null, CancellationToken cancellationToken = default);

    /// <summary>Sets tags; a null value removes the tag.</summary>
    /// <exception cref="NotFoundException">There is no such trace, or a tag to remove is not there.</exception>
    Task SetTagsAsync(Caller caller, string id, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default);

    /// <summary>Says that traces belong to a run; again is nothing.</summary>
    /// <exception cref="NotFoundException">There is no such run, or one of the traces is not there.</exception>
    Task LinkAsync(Caller caller, IReadOnlyCollection<string> ids, RunId run, CancellationToken cancellationToken = default);

    /// <summary>Deletes traces with their spans and assessments for good, and returns how many.</summary>
    Task<int> DeleteAsync(Caller caller, TraceDeletion deletion, CancellationToken cancellationToken = default);
}
