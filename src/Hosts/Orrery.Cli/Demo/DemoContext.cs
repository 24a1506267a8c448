using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Client;

namespace Orrery.Cli.Demo;

/// <summary>What a step works with.</summary>
/// <param name="Options">How the demo is told.</param>
/// <param name="Orrery">The server, over its API: the demo has no other way in than a user's own project.</param>
/// <param name="Sample">The data.</param>
/// <param name="Story">The teller.</param>
internal sealed record DemoContext(DemoOptions Options, OrreryClient Orrery, FlightsSample Sample, Story Story)
{
    /// <summary>The figures of the step that is running.</summary>
    public JsonObject Figures { get; } = [];

    /// <summary>Keeps a figure for <c>--json</c>.</summary>
    public void Keep(string name, object? value) => Figures[name] = JsonSerializer.SerializeToNode(value, OrreryClient.Json);
}

/// <summary>One chapter of the demo.</summary>
internal interface IDemoStep
{
    /// <summary>Its name in <c>--json</c>.</summary>
    string Name { get; }

    /// <summary>Its heading.</summary>
    string Title { get; }

    /// <summary>What happens in it, in a sentence.</summary>
    string Sentence { get; }

    /// <summary>Does it; false where it did not come out as it should.</summary>
    Task<bool> RunAsync(DemoContext context, CancellationToken cancellationToken);
}
