using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Lineage;

internal sealed class LineageStore(IDatabase database, IAudit audit, SignalLabels signals, TimeProvider clock) : ILineage
{
    public const int MaxDepth = 64;

    public Task LinkAsync(Caller caller, LineageNodeId from, LineageNodeId to, string role, CancellationToken cancellationToken = default)
    {
        LedgerNames.CheckKey(role, "role of an edge");
        CheckNode(from);
        CheckNode(to);
        return database.WriteAsync(transaction =>
        {
            if (LineageRows.Link(transaction, caller, from, to, role, Instant.Now(clock)))
                audit.Append(transaction, caller, "lineage.linked", LineageRows.Key(to), $"{role} of {LineageRows.Key(from)}");
        }, cancellationToken);
    }

    public async Task<LineageGraph> WalkAsync(
        Caller caller, LineageNodeId start, LineageDirection direction, int depth = 16, CancellationToken cancellationToken = default)
    {
        if (depth is < 1 or > MaxDepth)
            throw new InvalidException($"A walk goes 1 to {MaxDepth} steps deep; the request asked for {depth}.");
        CheckNode(start);
        var graph = await database.ReadAsync((connection, token) => WalkAsync(connection, caller, start, direction, depth, token), cancellationToken);
        return graph with { Nodes = await signals.NameAsync(caller, graph.Nodes, cancellationToken) };
    }

    private static async Task<LineageGraph> WalkAsync(
        DataConnection connection, Caller caller, LineageNodeId start, LineageDirection direction, int depth, CancellationToken cancellationToken)
    {
        var walk = new LineageWalk(connection, caller.Workspace, LineageRows.Key(start));
        if (direction is LineageDirection.Upstream or LineageDirection.Both)
            await walk.GoAsync(LineageDirection.Upstream, depth, cancellationToken);
        if (direction is LineageDirection.Downstream or LineageDirection.Both)
            await walk.GoAsync(LineageDirection.Downstream, depth, cancellationToken);
        var nodes = await LineageLabels.ResolveAsync(connection, caller, walk.Nodes, walk.Edges, cancellationToken);
        if (nodes.Count == 0)
            throw new NotFoundException($"The lineage knows no {start.Kind.ToString().ToLowerInvariant()} '{start.Id}' in workspace '{caller.Workspace}'.");
        return new(start, nodes, [.. walk.Edges.Select(edge => new LineageEdge(LineageRows.Node(edge.From), LineageRows.Node(edge.To), edge.Role))], walk.Truncated);
    }

    private static void CheckNode(LineageNodeId node)
    {
        var fits = node.Kind switch
        {
            LineageNodeKind.Version or LineageNodeKind.Run => Guid.TryParseExact(node.Id, "N", out _),
            _ => node.Id is { Length: > 0 and <= 1000 } && !node.Id.Any(char.IsControl),
        };
        if (!fits)
            throw new InvalidException($"'{node.Id}' is no id of a {node.Kind.ToString().ToLowerInvariant()} in the lineage.");
    }
}
