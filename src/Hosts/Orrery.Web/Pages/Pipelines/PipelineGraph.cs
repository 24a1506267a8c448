using Orrery.Pipelines;
using Orrery.Pipelines.Definition;
using Orrery.Web.Graphs;
using Orrery.Web.Parts;

namespace Orrery.Web.Pages.Pipelines;

/// <summary>A pipeline as a graph: its steps, and which waits for which.</summary>
internal static class PipelineGraph
{
    public static IReadOnlyList<GraphNode> Nodes(PipelineSpec spec, PipelineStatus? run) =>
    [
        .. spec.Steps.Select(step =>
        {
            var state = run?.Steps.FirstOrDefault(s => s.Name == step.Name);
            return new GraphNode(
                step.Name, step.Name, state is null ? step.Uses : $"{step.Uses} · {Word(state)}", state?.Run is { } id ? Links.Run(id) : null,
                state is null ? Tone.Quiet : Tones.Of(state.Status));
        }),
    ];

    public static IReadOnlyList<GraphEdge> Edges(PipelineSpec spec)
    {
        var names = spec.Steps.Select(step => step.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. spec.Steps.SelectMany(step => Before(step).Where(names.Contains).Distinct().Select(before => new GraphEdge(before, step.Name)))
                .Concat(spec.Steps.Where(step => step.When is not null).SelectMany(step => InCondition(step, names)))
                .DistinctBy(edge => (edge.From, edge.To)),
        ];
    }

    public static string Word(StepState state) => state.Cached ? "taken from before" : state.Status.ToString().ToLowerInvariant();

    private static IEnumerable<string> Before(StepSpec step) =>
        (step.After ?? []).Concat((step.Inputs ?? new Dictionary<string, string>()).Values.Select(input => input.Split('.')[0]));

    // A fact is written step.fact.
    private static IEnumerable<GraphEdge> InCondition(StepSpec step, HashSet<string> names) =>
        names.Where(name => name != step.Name && step.When!.Contains($"{name}.", StringComparison.Ordinal)).Select(name => new GraphEdge(name, step.Name, step.When!));
}
