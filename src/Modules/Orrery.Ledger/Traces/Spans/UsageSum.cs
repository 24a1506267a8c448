namespace Orrery.Ledger.Traces.Spans;

/// <summary>What a span used, and where it stands in its trace.</summary>
internal sealed record SpanUsage(string Id, string? ParentId, long? InputTokens, long? OutputTokens, long? TotalTokens, double? Cost)
{
    public bool Counts => TotalTokens is not null;
}

/// <summary>
/// What a trace used. A span that says what it used speaks for all below it: an agent's span often repeats the sum of the calls within, which must not be
/// counted twice (so does mlflow/tracing/utils aggregate_usage_from_spans, 3.5).
/// </summary>
internal static class UsageSum
{
    public static TokenUsage Of(IReadOnlyList<SpanUsage> spans)
    {
        var byId = spans.ToDictionary(span => span.Id);
        var covered = new Dictionary<string, bool>(); // whether a span or one above it says what it used
        var (input, output, total, cost) = (0L, 0L, 0L, (double?)null);
        foreach (var span in spans)
        {
            if (!span.Counts || (span.ParentId is { } parent && IsCovered(byId, covered, parent)))
                continue;
            input += span.InputTokens ?? 0;
            output += span.OutputTokens ?? 0;
            total += span.TotalTokens ?? 0;
            if (span.Cost is { } dollars)
                cost = (cost ?? 0) + dollars;
        }

        return new(input, output, total, cost);
    }

    // Walks up and remembers what it learns for all on the way: each span is asked once, and parents that name each other in a ring end the walk.
    private static bool IsCovered(Dictionary<string, SpanUsage> byId, Dictionary<string, bool> covered, string id)
    {
        var way = new List<string>();
        var found = false;
        for (var at = id; at is not null && byId.TryGetValue(at, out var span); at = span.ParentId)
        {
            if (covered.TryGetValue(at, out found))
                break;
            covered[at] = false;
            way.Add(at);
            if (found = span.Counts)
                break;
        }

        foreach (var passed in way)
            covered[passed] = found;
        return found;
    }
}
