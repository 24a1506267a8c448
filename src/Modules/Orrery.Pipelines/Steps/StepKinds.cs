using Orrery.Kernel;

namespace Orrery.Pipelines.Steps;

/// <summary>The kinds of steps that modules have contributed.</summary>
internal sealed class StepKinds(IEnumerable<IStepKind> kinds)
{
    private readonly Dictionary<string, IStepKind> _kinds = kinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);

    public IReadOnlyList<string> Names => [.. _kinds.Keys.Order(StringComparer.Ordinal)];

    public IStepKind? Find(string name) => _kinds.GetValueOrDefault(name);

    public string Unknown(string name) => NearestName.Of(name, _kinds.Keys) is { } nearest
        ? $"there is no kind of step '{name}'; did you mean '{nearest}'?"
        : $"there is no kind of step '{name}'; there are {string.Join(", ", Names)}";
}
