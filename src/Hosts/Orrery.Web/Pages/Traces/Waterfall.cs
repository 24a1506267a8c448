using Orrery.Ledger.Traces.Spans;

namespace Orrery.Web.Pages.Traces;

/// <summary>A span in the waterfall of its trace.</summary>
/// <param name="Span">The span.</param>
/// <param name="Depth">How many spans it is within.</param>
/// <param name="Left">Where its bar begins, in hundredths of the trace's time.</param>
/// <param name="Width">How long its bar is, in the same.</param>
internal sealed record WaterfallRow(TraceSpan Span, int Depth, double Left, double Width);

/// <summary>The spans of a trace as a tree along time: each below the one that it is a part of, brothers by their start.</summary>
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
        var known = spans.Select(span => span.Id).ToHashSet();
        var children = spans.Where(span => span.ParentId is { } parent && known.Contains(parent)).ToLookup(span => span.ParentId!);
        var (rows, seen) = (new List<WaterfallRow>(), new HashSet<string>());
        // Spans whose parent did not come stand at the top; so does one of a ring of parents, which nothing else leads to.
        foreach (var root in spans.Where(span => span.ParentId is null || !known.Contains(span.ParentId)).Concat(spans))
            Add(root);
        return rows;

        void Add(TraceSpan root)
        {
            var open = new Stack<(TraceSpan Span, int Depth)>([(root, 0)]);
            while (rows.Count < MaxRows && open.TryPop(out var at))
            {
                if (!seen.Add(at.Span.Id))
                    continue;
                var end = at.Span.End ?? start + length;
                rows.Add(new(at.Span, at.Depth, 100.0 * (at.Span.Start - start) / length, 100.0 * (end - at.Span.Start) / length));
                foreach (var child in children[at.Span.Id].OrderByDescending(child => child.Start))
                    open.Push((child, at.Depth + 1));
            }
        }
    }
}
