using Orrery.Ledger.Traces.Spans;

namespace Orrery.Web.Pages.Traces;

/// <summary>A span in the waterfall of its trace.</summary>
/// <param name="Span">The span.</param>
/// <param name="Depth">How many spans it is within.</param>
/// <param name="Left">Where its bar begins, in hundredths of the trace's time.</param>
/// <param name="Width">How long its bar is, in the same.</param>
internal sealed record WaterfallRow(TraceSpan Span, int Depth, double Left, double Width);

/// <summary>The spans of a trace as a tree along time.</summary>
internal static class Waterfall
{
    /// <summary>More spans than this are not shown: nobody reads them, and a page of them takes seconds to draw.</summary>
    public const int MaxRows = 1000;

    public static IReadOnlyList<WaterfallRow> Of(IReadOnlyList<TraceSpan> spans)
    {
        if (spans.Count == 0)
            return [];
        var start = spans.Min(span => span.Start);
        var length = Math.Max(1, spans.Max(span => span.End ?? span.Start) - start);
        return [.. SpanTree.Of(spans, MaxRows).Select(row => new WaterfallRow(
            row.Span, row.Depth, 100.0 * (row.Span.Start - start) / length, 100.0 * ((row.Span.End ?? start + length) - row.Span.Start) / length))];
    }
}
