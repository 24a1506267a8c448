using Orrery.Kernel;

namespace Orrery.Ledger.Resources;

/// <summary>Orders resources so that each comes after those that it refers to (depth-first topological sort), else in the order they came.</summary>
internal static class ReferenceOrder
{
    /// <summary>The keys in order; or a cycle, first and last node the same, where there is no order.</summary>
    public static (IReadOnlyList<AssetRef> Order, IReadOnlyList<AssetRef>? Cycle) Of(IReadOnlyDictionary<AssetRef, IReadOnlyList<AssetRef>> references)
    {
        var order = new List<AssetRef>();
        var done = new HashSet<AssetRef>();
        foreach (var start in references.Keys)
        {
            if (Visit(start, references, done, order) is { } cycle)
                return ([], cycle);
        }

        return (order, null);
    }

    // Not recursive: a chain of a thousand documents must not need a thousand frames.
    private static List<AssetRef>? Visit(
        AssetRef start, IReadOnlyDictionary<AssetRef, IReadOnlyList<AssetRef>> references, HashSet<AssetRef> done, List<AssetRef> order)
    {
        var path = new List<(AssetRef Node, int Next)>();
        var onPath = new HashSet<AssetRef>();
        Enter(start);
        while (path.Count > 0)
        {
            var (node, next) = path[^1];
            if (next < references[node].Count)
            {
                path[^1] = (node, next + 1);
                var target = references[node][next];
                if (onPath.Contains(target))
                    return [.. path.Select(step => step.Node).SkipWhile(step => step != target), target];
                Enter(target);
                continue;
            }

            path.RemoveAt(path.Count - 1);
            onPath.Remove(node);
            done.Add(node);
            order.Add(node);
        }

        return null;

        void Enter(AssetRef node)
        {
            if (references.ContainsKey(node) && !done.Contains(node) && onPath.Add(node))
                path.Add((node, 0));
        }
    }
}
