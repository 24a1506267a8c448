using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Assets.Promotion;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Lineage;

/// <summary>Names the nodes of a walk for people, in two statements for every 500 of them.</summary>
internal static class LineageLabels
{
    private const int ChunkSize = 500;

    /// <summary>The nodes in the given order; one that exists neither as a version or run of this workspace nor in an edge is left out.</summary>
    public static async Task<IReadOnlyList<LineageNode>> ResolveAsync(
        DataConnection connection, Caller caller, IReadOnlyList<string> keys, IReadOnlyList<EdgeRow> edges, CancellationToken cancellationToken)
    {
        var ids = keys.Select(LineageRows.Node).ToList();
        var nodes = new Dictionary<LineageNodeId, LineageNode>();
        foreach (var chunk in Ids(ids, LineageNodeKind.Version))
            await AddVersionsAsync(connection, caller, chunk, nodes, cancellationToken);
        foreach (var chunk in Ids(ids, LineageNodeKind.Run))
            await AddRunsAsync(connection, caller, chunk, nodes, cancellationToken);

        var firstSeen = edges.SelectMany(edge => new[] { (edge.From, edge.Time), (edge.To, edge.Time) })
            .GroupBy(pair => pair.Item1).ToDictionary(group => group.Key, group => group.Min(pair => pair.Time));
        foreach (var id in ids.Where(id => id.Kind is LineageNodeKind.Endpoint or LineageNodeKind.Signal))
        {
            if (!firstSeen.TryGetValue(LineageRows.Key(id), out var time))
                continue;
            var kind = id.Kind.ToString().ToLowerInvariant();
            nodes[id] = new(id, id.Kind == LineageNodeKind.Endpoint ? $"endpoint/{id.Id}" : id.Id, kind, Instant.FromColumn(time));
        }

        return [.. ids.Where(nodes.ContainsKey).Select(id => nodes[id])];
    }

    private static IEnumerable<string[]> Ids(List<LineageNodeId> nodes, LineageNodeKind kind) =>
        nodes.Where(node => node.Kind == kind).Select(node => node.Id).Chunk(ChunkSize);

    private static async Task AddVersionsAsync(
        DataConnection connection, Caller caller, string[] ids, Dictionary<LineageNodeId, LineageNode> nodes, CancellationToken cancellationToken)
    {
        // A version of another workspace that was offered to this one is the origin of a copy here; what is behind it is not shown.
        var offers = connection.GetTable<VersionOfferRow>().Where(offer => offer.Workspace == caller.Workspace);
        var rows = await (from version in connection.GetTable<VersionRow>()
                          join asset in connection.GetTable<AssetRow>() on version.AssetId equals asset.Id
                          where ids.Contains(version.Id) && (asset.Workspace == caller.Workspace || offers.Any(offer => offer.VersionId == version.Id))
                          select new { version.Id, asset.Workspace, asset.Kind, asset.Name, version.Number, version.CreatedAt }).ToListAsync(cancellationToken);
        foreach (var row in rows)
        {
            var id = new LineageNodeId(LineageNodeKind.Version, row.Id);
            var reference = new AssetRef(AssetKind.Parse(row.Kind), row.Name, row.Number).ToString();
            nodes[id] = new(id, row.Workspace == caller.Workspace ? reference : $"{row.Workspace}: {reference}", row.Kind, Instant.FromColumn(row.CreatedAt));
        }
    }

    private static async Task AddRunsAsync(
        DataConnection connection, Caller caller, string[] ids, Dictionary<LineageNodeId, LineageNode> nodes, CancellationToken cancellationToken)
    {
        var rows = await connection.GetTable<RunRow>().Where(run => ids.Contains(run.Id) && run.Workspace == caller.Workspace)
            .Select(run => new { run.Id, run.Kind, run.Name, run.StartedAt }).ToListAsync(cancellationToken);
        foreach (var row in rows)
        {
            var id = new LineageNodeId(LineageNodeKind.Run, row.Id);
            nodes[id] = new(id, RunLabel(row.Kind, row.Name), row.Kind, Instant.FromColumn(row.StartedAt));
        }
    }

    /// <summary><c>ingest week.parquet</c>; a name that says the kind itself (<c>train flights</c>, <c>deploy</c>) stands alone.</summary>
    private static string RunLabel(string kind, string name) =>
        name == kind || name.StartsWith(kind + " ", StringComparison.Ordinal) ? name : $"{kind} {name}";
}
