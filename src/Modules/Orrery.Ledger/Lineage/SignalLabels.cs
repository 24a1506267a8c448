using Orrery.Platform.Access;

namespace Orrery.Ledger.Lineage;

/// <summary>Puts what the writing modules call their signals in place of raw ids.</summary>
internal sealed class SignalLabels(IEnumerable<ISignalNames> names)
{
    // Ids in one question, which become parameters of one statement.
    private const int ChunkSize = 500;

    public async Task<IReadOnlyList<LineageNode>> NameAsync(Caller caller, IReadOnlyList<LineageNode> nodes, CancellationToken cancellationToken)
    {
        var found = new Dictionary<LineageNodeId, SignalName>();
        foreach (var source in names)
        {
            var prefix = source.Stream + "#";
            var ids = nodes.Where(node => node.Id.Kind == LineageNodeKind.Signal && node.Id.Id.StartsWith(prefix, StringComparison.Ordinal)).Select(node => node.Id.Id[prefix.Length..]);
            foreach (var chunk in ids.Chunk(ChunkSize))
            {
                foreach (var (id, name) in await source.FindAsync(caller, chunk, cancellationToken))
                    found[LineageNodeId.Signal(source.Stream, id)] = name;
            }
        }

        return found.Count == 0 ? nodes
            : [.. nodes.Select(node => found.TryGetValue(node.Id, out var name) ? node with { Label = name.Label, Detail = name.Detail, About = name.About } : node)];
    }
}
