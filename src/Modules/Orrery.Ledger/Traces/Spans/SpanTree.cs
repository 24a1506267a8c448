namespace Orrery.Ledger.Traces.Spans;

/// <summary>A span, and how many spans it is within.</summary>
public readonly record struct SpanInTree(TraceSpan Span, int Depth);

/// <summary>The spans of a trace as a tree: each below the one that it is a part of, brothers by their start.</summary>
public static class SpanTree
{
    /// <summary>The first <paramref name="most"/> rows of the tree.</summary>
    public static IReadOnlyList<SpanInTree> Of(IReadOnlyList<TraceSpan> spans, int most)
    {
        var known = spans.Select(span => span.Id).ToHashSet();
        var children = spans.Where(span => span.ParentId is { } parent && known.Contains(parent)).ToLookup(span => span.ParentId!);
        var (rows, seen) = (new List<SpanInTree>(), new HashSet<string>());
        // Spans whose parent did not come stand at the top; so does one of a ring of parents, which nothing else leads to.
        foreach (var root in spans.Where(span => span.ParentId is null || !known.Contains(span.ParentId)).Concat(spans))
            Add(root);
        return rows;

        void Add(TraceSpan root)
        {
            var open = new Stack<SpanInTree>([new(root, 0)]);
            while (rows.Count < most && open.TryPop(out var at))
            {
                if (!seen.Add(at.Span.Id))
                    continue;
                rows.Add(at);
                foreach (var child in children[at.Span.Id].OrderByDescending(child => child.Start))
                    open.Push(new(child, at.Depth + 1));
            }
        }
    }
}
