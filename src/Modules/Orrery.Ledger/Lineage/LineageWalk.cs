using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;

namespace Orrery.Ledger.Lineage;

/// <summary>
/// Breadth-first from one node, a level at a time: each level is one statement for every 500 nodes of its frontier, so that a walk costs as many
/// statements as it is deep and stops exactly at its limit of nodes (a recursive statement would compute all paths first).
/// </summary>
internal sealed class LineageWalk(DataConnection connection, string workspace, string start)
{
    public const int MaxNodes = 5000;
    private const int ChunkSize = 500;     // keys in one statement
    private const int MaxEdges = 50_000;   // a hub may have more edges than anybody can look at

    private readonly List<string> _nodes = [start];
    private readonly HashSet<string> _known = [start];
    private readonly List<EdgeRow> _edges = [];
    private readonly HashSet<(string, string, string)> _knownEdges = [];

    public IReadOnlyList<string> Nodes => _nodes;

    public IReadOnlyList<EdgeRow> Edges => _edges;

    public bool Truncated { get; private set; }

    public async Task GoAsync(LineageDirection direction, int depth, CancellationToken cancellationToken)
    {
        var reached = new HashSet<string> { start };
        var frontier = new List<string> { start };
        for (var level = 0; level <= depth && frontier.Count > 0; level++)
        {
            var next = new List<string>();
            foreach (var edge in await EdgesAsync(frontier, direction, cancellationToken))
            {
                var neighbour = direction == LineageDirection.Upstream ? edge.From : edge.To;
                // The level beyond the depth is read only to learn whether there is one; edges among the nodes that are there belong to the graph.
                if (!reached.Contains(neighbour) && (level == depth || !Admit(neighbour)))
                {
                    Truncated = true;
                    continue;
                }

                if (reached.Add(neighbour))
                    next.Add(neighbour);
                if (_knownEdges.Add((edge.From, edge.To, edge.Role)))
                    _edges.Add(edge);
            }

            frontier = next;
        }
    }

    private bool Admit(string node)
    {
        if (_known.Contains(node))
            return true;
        if (_nodes.Count >= MaxNodes)
            return false;
        _known.Add(node);
        _nodes.Add(node);
        return true;
    }

    private async Task<List<EdgeRow>> EdgesAsync(List<string> frontier, LineageDirection direction, CancellationToken cancellationToken)
    {
        var found = new List<EdgeRow>();
        foreach (var chunk in frontier.Chunk(ChunkSize))
        {
            var edges = connection.GetTable<EdgeRow>().Where(edge => edge.Workspace == workspace);
            edges = direction == LineageDirection.Upstream
                ? edges.Where(edge => chunk.Contains(edge.To)).OrderBy(edge => edge.Time).ThenBy(edge => edge.From)
                : edges.Where(edge => chunk.Contains(edge.From)).OrderBy(edge => edge.Time).ThenBy(edge => edge.To);
            var room = MaxEdges - _edges.Count - found.Count;
            var read = await edges.Take(room + 1).ToListAsync(cancellationToken);
            Truncated |= read.Count > room;
            found.AddRange(read.Take(room));
        }

        return found;
    }
}
