using Orrery.Kernel;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Traces;

namespace Orrery.Web.Parts;

/// <summary>Where things are shown.</summary>
internal static class Links
{
    public static string Run(RunId run) => $"/runs/{run}";

    /// <summary>The page of a study's run.</summary>
    public static string Study(RunId run) => $"/studies/{run}";

    /// <summary>The page of a trace.</summary>
    public static string Trace(string id) => $"/traces/{Uri.EscapeDataString(id)}";

    public static string Artifact(RunId run, string path) => $"/api/v1/runs/{run}/artifacts/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";

    /// <summary>The page of a collection; <c>/collections</c> is where Qdrant's clients knock.</summary>
    public static string Collection(string name) => $"/vectors/{Uri.EscapeDataString(name)}";

    /// <summary>The page that shows an artifact.</summary>
    public static string ArtifactPage(RunId run, string path) => $"/runs/{run}/artifacts/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";

    /// <summary>The page of an asset's version; its place in the lineage graph for kinds without a page.</summary>
    public static string Asset(AssetRef reference)
    {
        var name = Uri.EscapeDataString(reference.Name);
        var version = reference.Number is { } number ? $"?version={number}" : "";
        if (reference.Kind == AssetKind.Dataset)
            return $"/datasets/{name}{version}";
        if (reference.Kind == AssetKind.Model)
            return $"/models/{name}{version}";
        if (reference.Kind == AssetKind.FeatureView)
            return $"/features/views/{name}";
        if (reference.Kind == AssetKind.FeatureService)
            return $"/features/services/{name}";
        if (reference.Kind == AssetKind.Endpoint)
            return $"/endpoints/{name}";
        if (reference.Kind == AssetKind.Monitor)
            return $"/monitors/{name}";
        if (reference.Kind == AssetKind.Pipeline)
            return $"/pipelines/{name}";
        if (reference.Kind == AssetKind.Collection)
            return Collection(reference.Name);
        return Lineage(reference.ToString());
    }

    /// <param name="start"><c>model/flights:3</c>, <c>run/ID</c>, <c>endpoint/flights</c> …</param>
    public static string Lineage(string start) => $"/lineage?start={Uri.EscapeDataString(start)}";

    /// <summary>The subject of an audit record, where it has a page: <c>run/ID</c>, <c>model/flights:3</c>.</summary>
    public static string? Subject(string subject)
    {
        if (subject.StartsWith("run/", StringComparison.Ordinal))
            return RunId.TryParse(subject["run/".Length..], out var run) ? Run(run) : null;
        return AssetRef.TryParse(subject, out var reference) ? Asset(reference) : null;
    }

    public static string? Node(LineageNode node) => node.Id.Kind switch
    {
        LineageNodeKind.Run => $"/runs/{node.Id.Id}",
        LineageNodeKind.Endpoint => $"/endpoints/{Uri.EscapeDataString(node.Id.Id)}",
        LineageNodeKind.Signal when node.Id.Id.StartsWith($"{ITraces.Stream}#", StringComparison.Ordinal) => Trace(node.Id.Id[(ITraces.Stream.Length + 1)..]),
        LineageNodeKind.Signal when node.About is { } about => Asset(about) + (about.Kind == AssetKind.Monitor ? "#alerts" : "#canaries"),
        LineageNodeKind.Version => AssetRef.TryParse(node.Label, out var reference) ? Asset(reference) : null,
        _ => null,
    };
}
