using LinqToDB;
using LinqToDB.Data;
using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Lineage;

/// <summary>An edge. Nodes are kept as <c>kind:id</c>, so that one index finds them.</summary>
[Table("lineage_edges")]
internal sealed record EdgeRow
{
    [PrimaryKey(1), Column("workspace")] public string Workspace { get; init; } = "";
    [PrimaryKey(2), Column("from_node")] public string From { get; init; } = "";
    [PrimaryKey(3), Column("to_node")] public string To { get; init; } = "";
    [PrimaryKey(4), Column("role")] public string Role { get; init; } = "";
    [Column("time")] public long Time { get; init; }
}

internal static class LineageRows
{
    /// <summary>Records an edge within a transaction; true where it is new.</summary>
    public static bool Link(DataConnection transaction, Caller caller, LineageNodeId from, LineageNodeId to, string role, DateTimeOffset now)
    {
        var row = new EdgeRow { Workspace = caller.Workspace, From = Key(from), To = Key(to), Role = role, Time = Instant.ToColumn(now) };
        var there = transaction.GetTable<EdgeRow>()
            .Any(edge => edge.Workspace == row.Workspace && edge.From == row.From && edge.To == row.To && edge.Role == row.Role);
        if (there)
            return false;
        transaction.Insert(row);
        return true;
    }

    public static string Key(LineageNodeId node) => node.Kind switch
    {
        LineageNodeKind.Version => $"version:{node.Id}",
        LineageNodeKind.Run => $"run:{node.Id}",
        LineageNodeKind.Endpoint => $"endpoint:{node.Id}",
        LineageNodeKind.Signal => $"signal:{node.Id}",
        _ => throw new ArgumentOutOfRangeException(nameof(node), node.Kind, "No such kind of node."),
    };

    public static LineageNodeId Node(string key)
    {
        var colon = key.IndexOf(':', StringComparison.Ordinal);
        var kind = key[..colon] switch
        {
            "version" => LineageNodeKind.Version,
            "run" => LineageNodeKind.Run,
            "endpoint" => LineageNodeKind.Endpoint,
            "signal" => LineageNodeKind.Signal,
            var other => throw new OrreryException(ErrorCode.Internal, $"The lineage table has a node of kind '{other}'."),
        };
        return new(kind, key[(colon + 1)..]);
    }
}
