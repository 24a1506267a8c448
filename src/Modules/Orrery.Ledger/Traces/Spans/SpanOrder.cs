namespace Orrery.Ledger.Traces.Spans;

/// <summary>Spans by their start; of those that start together a parent comes before its children, at whatever depth.</summary>
internal static class SpanOrder
{
    public static IReadOnlyList<TraceSpan> Sort(IEnumerable<TraceSpan> spans)
    {
        var byId = spans.ToDictionary(span => span.Id);
        var depths = new Dictionary<string, int>(byId.Count);
        foreach (var span in byId.Values)
            Measure(byId, depths, span);
        return [.. byId.Values.OrderBy(span => span.Start).ThenBy(span => depths[span.Id]).ThenBy(span => span.Id, StringComparer.Ordinal)];
    }

    // Up to an ancestor whose depth is known, then down again; parents that name each other in a ring end the walk.
    private static void Measure(Dictionary<string, TraceSpan> byId, Dictionary<string, int> depths, TraceSpan span)
    {
        var way = new Stack<TraceSpan>();
        var passed = new HashSet<string>();
        var at = span;
        while (at is not null && !depths.ContainsKey(at.Id) && passed.Add(at.Id))
        {
            way.Push(at);
            at = at.ParentId is { } parent ? byId.GetValueOrDefault(parent) : null;
        }

        var depth = at is not null && depths.TryGetValue(at.Id, out var known) ? known + 1 : 0;
        foreach (var below in way)
            depths[below.Id] = depth++;
    }
}
