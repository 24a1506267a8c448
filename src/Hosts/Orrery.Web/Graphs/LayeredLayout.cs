namespace Orrery.Web.Graphs;

/// <summary>A node where it is drawn: its layer from left to right, and its row within.</summary>
internal sealed record PlacedNode<TKey>(TKey Key, int Layer, double Row);

/// <summary>
/// Places a directed graph in layers (Sugiyama, Tagawa, Toda 1981): every edge leads to the right, and neighbours stand near each other. Lineage and pipelines are
/// acyclic; should an edge close a cycle all the same, it is left out of the layering and drawn backwards.
/// </summary>
internal static class LayeredLayout
{
    // Crossings hardly fall after a few sweeps (Gansner et al. 1993 take 24, for far larger graphs).
    private const int Sweeps = 8;

    public static IReadOnlyList<PlacedNode<TKey>> Place<TKey>(IReadOnlyList<TKey> nodes, IReadOnlyList<(TKey From, TKey To)> edges) where TKey : notnull
    {
        var known = nodes.ToHashSet();
        var forward = WithoutCycles(nodes, [.. edges.Where(e => known.Contains(e.From) && known.Contains(e.To) && !e.From.Equals(e.To)).Distinct()]);
        var layer = Layers(nodes, forward);
        var columns = nodes.GroupBy(node => layer[node]).OrderBy(group => group.Key).Select(group => group.ToList()).ToList();
        Untangle(columns, forward);
        var tallest = columns.Count == 0 ? 0 : columns.Max(column => column.Count);
        return [.. columns.SelectMany((column, index) => column.Select((node, row) => new PlacedNode<TKey>(node, index, row + ((tallest - column.Count) / 2d))))];
    }

    // Depth first; an edge into a node that is still being visited closes a cycle. Iterative: a chain may be thousands of nodes long.
    private static List<(TKey From, TKey To)> WithoutCycles<TKey>(IReadOnlyList<TKey> nodes, List<(TKey From, TKey To)> edges) where TKey : notnull
    {
        var next = edges.ToLookup(edge => edge.From, edge => edge.To);
        var (open, done) = (new HashSet<TKey>(), new HashSet<TKey>());
        var kept = new List<(TKey, TKey)>();
        foreach (var root in nodes)
        {
            if (done.Contains(root))
                continue;
            var path = new Stack<(TKey Node, IEnumerator<TKey> Targets)>();
            open.Add(root);
            path.Push((root, next[root].GetEnumerator()));
            while (path.TryPeek(out var top))
            {
                if (!top.Targets.MoveNext())
                {
                    path.Pop().Targets.Dispose();
                    open.Remove(top.Node);
                    done.Add(top.Node);
                    continue;
                }

                var target = top.Targets.Current;
                if (open.Contains(target))
                    continue;
                kept.Add((top.Node, target));
                if (!done.Contains(target) && open.Add(target))
                    path.Push((target, next[target].GetEnumerator()));
            }
        }

        return kept;
    }

    // The longest path from a source decides, so that every edge leads to a later layer.
    private static Dictionary<TKey, int> Layers<TKey>(IReadOnlyList<TKey> nodes, List<(TKey From, TKey To)> edges) where TKey : notnull
    {
        var layer = nodes.ToDictionary(node => node, _ => 0);
        var waiting = nodes.ToDictionary(node => node, _ => 0);
        foreach (var (_, to) in edges)
            waiting[to]++;
        var next = edges.ToLookup(edge => edge.From, edge => edge.To);
        var ready = new Queue<TKey>(nodes.Where(node => waiting[node] == 0));
        while (ready.TryDequeue(out var node))
        {
            foreach (var target in next[node])
            {
                layer[target] = Math.Max(layer[target], layer[node] + 1);
                if (--waiting[target] == 0)
                    ready.Enqueue(target);
            }
        }

        // What nothing leads to may stand anywhere before its first use: next to it the arrow is shortest.
        var entered = edges.Select(edge => edge.To).ToHashSet();
        foreach (var source in nodes.Where(node => !entered.Contains(node) && next[node].Any()))
            layer[source] = next[source].Min(target => layer[target]) - 1;
        return layer;
    }

    // The barycentre heuristic: each node moves to the mean place of its neighbours in the layer before, then in the one after.
    private static void Untangle<TKey>(List<List<TKey>> columns, List<(TKey From, TKey To)> edges) where TKey : notnull
    {
        var before = edges.ToLookup(edge => edge.To, edge => edge.From);
        var after = edges.ToLookup(edge => edge.From, edge => edge.To);
        var place = new Dictionary<TKey, double>();
        foreach (var column in columns)
            Number(column, place);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var rightwards = sweep % 2 == 0;
            var neighbours = rightwards ? before : after;
            foreach (var column in rightwards ? columns : columns.AsEnumerable().Reverse())
            {
                var sorted = column.OrderBy(node => neighbours[node].Select(n => place[n]).DefaultIfEmpty(place[node]).Average()).ToList();
                column.Clear();
                column.AddRange(sorted);
                Number(column, place);
            }
        }
    }

    // Places count from the middle, so that columns of different heights are comparable.
    private static void Number<TKey>(List<TKey> column, Dictionary<TKey, double> place) where TKey : notnull
    {
        for (var row = 0; row < column.Count; row++)
            place[column[row]] = row - ((column.Count - 1) / 2d);
    }
}
