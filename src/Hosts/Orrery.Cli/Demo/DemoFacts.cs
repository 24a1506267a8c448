using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Client;

namespace Orrery.Cli.Demo;

/// <summary>The facts of one step, as <c>--json</c> writes them: <c>name</c>, <c>ok</c>, <c>seconds</c> and the step's own figures.</summary>
internal sealed record StepFacts(string Name, bool Ok, double Seconds, JsonObject Figures);

/// <summary>The facts of all steps.</summary>
internal sealed class DemoFacts
{
    private readonly List<StepFacts> _steps = [];

    public void Add(StepFacts step) => _steps.Add(step);

    /// <summary>Whether every step came out as it should.</summary>
    public bool Ok => _steps.TrueForAll(step => step.Ok);

    /// <summary>Writes them as one JSON document.</summary>
    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        var steps = new JsonArray();
        foreach (var step in _steps)
        {
            var json = new JsonObject { ["name"] = step.Name, ["ok"] = step.Ok, ["seconds"] = Math.Round(step.Seconds, 3) };
            foreach (var (name, value) in step.Figures)
                json[name] = value?.DeepClone();
            steps.Add(json);
        }

        var temporary = path + ".new";
        await using (var stream = new FileStream(temporary, FileMode.Create))
        {
            await JsonSerializer.SerializeAsync(stream, new JsonObject { ["ok"] = Ok, ["steps"] = steps }, Indented, cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static JsonSerializerOptions Indented { get; } = new(OrreryClient.Json) { WriteIndented = true };
}
