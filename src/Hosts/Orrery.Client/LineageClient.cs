namespace Orrery.Client;

/// <summary>A node's identity: what it is, and its id.</summary>
public readonly record struct LineageNodeId([property: Words("version", "run", "endpoint", "signal")] string Kind, string Id);

/// <summary>A node as a person sees it.</summary>
public sealed record LineageNode(LineageNodeId Id, string Label, string Detail, DateTimeOffset Time, string? About = null);

/// <summary>Something went from one node to another.</summary>
public sealed record LineageEdge(LineageNodeId From, LineageNodeId To, string Role);

/// <summary>A part of the lineage graph; truncated where the walk came to its limits.</summary>
public sealed record LineageGraph(LineageNodeId Start, IReadOnlyList<LineageNode> Nodes, IReadOnlyList<LineageEdge> Edges, bool Truncated);

/// <summary>The lineage graph.</summary>
public sealed class LineageClient
{
    private readonly OrreryClient _client;

    internal LineageClient(OrreryClient client) => _client = client;

    /// <summary>Walks from a version (<c>model/flights@champion</c>), a run (<c>run/ID</c>), an endpoint (<c>endpoint/NAME</c>) or a signal (<c>signal/STREAM#ID</c>).</summary>
    /// <param name="start">Where to start.</param>
    /// <param name="direction"><c>upstream</c>, <c>downstream</c> or <c>both</c>.</param>
    /// <param name="depth">Steps at most, 1 to 64.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<LineageGraph> WalkAsync(string start, string direction = "both", int depth = 16, CancellationToken cancellationToken = default)
    {
        var slash = start.IndexOf('/', StringComparison.Ordinal);
        var (parameter, value) = slash < 0 ? ("ref", start) : start[..slash] switch
        {
            "run" or "endpoint" or "signal" => (start[..slash], start[(slash + 1)..]),
            _ => ("ref", start),
        };
        var path = Query.Of("/api/v1/lineage", (parameter, value), ("direction", direction), ("depth", depth.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return _client.GetAsync<LineageGraph>(path, cancellationToken);
    }
}
