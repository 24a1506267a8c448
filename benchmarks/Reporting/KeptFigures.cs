using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orrery.Benchmarks.Reporting;

/// <summary>The figures of an earlier run of the same benchmark on the same machine: what takes too long for one run is measured part by part.</summary>
internal sealed class KeptFigures
{
    private readonly IReadOnlyList<JsonObject> _figures;

    private KeptFigures(IReadOnlyList<JsonObject> figures) => _figures = figures;

    /// <summary>None where the file is not there.</summary>
    public static KeptFigures Read(string path) =>
        new(File.Exists(path) && JsonNode.Parse(File.ReadAllText(path))?["figures"] is JsonArray figures ? [.. figures.OfType<JsonObject>()] : []);

    /// <summary>Those that were not measured again, each with the commit and the load that it was measured at.</summary>
    public void WriteOthers(Utf8JsonWriter json, IReadOnlyCollection<Comparison> measured)
    {
        foreach (var figure in _figures.Where(figure => measured.All(one => one.Name != (string?)figure["name"])))
            figure.WriteTo(json);
    }
}
