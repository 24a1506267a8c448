using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Lineage;

/// <summary>What a node of the lineage graph is.</summary>
public enum LineageNodeKind
{
    /// <summary>An asset version; its id is the version's.</summary>
    Version,
    /// <summary>A run; its id is the run's.</summary>
    Run,
    /// <summary>An endpoint; its id is its name.</summary>
    Endpoint,
    /// <summary>A signal that something was made from or because of: an alert, a feedback. Its id is <c>stream#id</c>.</summary>
    Signal,
}

/// <summary>A node's identity.</summary>
public readonly record struct LineageNodeId(LineageNodeKind Kind, string Id)
{
    /// <summary>The node of a version.</summary>
    public static LineageNodeId Of(VersionId version) => new(LineageNodeKind.Version, version.ToString());

    /// <summary>The node of a run.</summary>
    public static LineageNodeId Of(RunId run) => new(LineageNodeKind.Run, run.ToString());

    /// <summary>The node of an endpoint.</summary>
    public static LineageNodeId Endpoint(string name) => new(LineageNodeKind.Endpoint, name);

    /// <summary>The node of a signal.</summary>
    public static LineageNodeId Signal(string stream, string id) => new(LineageNodeKind.Signal, $"{stream}#{id}");
}

/// <summary>A node as a person sees it.</summary>
/// <param name="Id">Which.</param>
/// <param name="Label"><c>model/flights:3</c>, <c>train flights</c> …</param>
/// <param name="Detail">The asset's or run's kind.</param>
/// <param name="Time">When it came to be.</param>
/// <param name="About">Of a signal: the asset whose page tells more of it, the monitor of an alert; null for others.</param>
public sealed record LineageNode(LineageNodeId Id, string Label, string Detail, DateTimeOffset Time, AssetRef? About = null);

/// <summary>Something went from one node to another: <c>input</c>, <c>output</c>, <c>serves</c>, <c>triggered</c> …</summary>
public sealed record LineageEdge(LineageNodeId From, LineageNodeId To, string Role);

/// <summary>A part of the lineage graph.</summary>
/// <param name="Start">Where the walk began.</param>
/// <param name="Nodes">What it met, the start first, then by distance.</param>
/// <param name="Edges">The edges between them that it went along.</param>
/// <param name="Truncated">Whether there is more beyond the limit of depth or nodes.</param>
public sealed record LineageGraph(LineageNodeId Start, IReadOnlyList<LineageNode> Nodes, IReadOnlyList<LineageEdge> Edges, bool Truncated = false);

/// <summary>Which way to walk.</summary>
public enum LineageDirection
{
    /// <summary>Towards what it was made from.</summary>
    Upstream,
    /// <summary>Towards what was made from it.</summary>
    Downstream,
    /// <summary>All it was made from and all that was made from it; not the siblings that share an ancestor.</summary>
    Both,
}

/// <summary>
/// The lineage graph: asset version → run → asset version → endpoint → signal. Edges of versions and runs are written by
/// <see cref="Assets.IAssets"/> and <see cref="Runs.IRuns"/> with the fact itself; other modules link what they own.
/// </summary>
public interface ILineage
{
    /// <summary>Records an edge; again is nothing.</summary>
    Task LinkAsync(Caller caller, LineageNodeId from, LineageNodeId to, string role, CancellationToken cancellationToken = default);

    /// <summary>All that can be reached from <paramref name="start"/> in at most <paramref name="depth"/> steps (1 to 64); at most 5,000 nodes.</summary>
    Task<LineageGraph> WalkAsync(Caller caller, LineageNodeId start, LineageDirection direction, int depth = 16, CancellationToken cancellationToken = default);
}
