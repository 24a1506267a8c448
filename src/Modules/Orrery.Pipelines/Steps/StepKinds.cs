using Orrery.Kernel;

namespace Orrery.Pipelines.Steps;

/// <summary>The kinds of steps that modules have contributed, asked for at first use: a step may itself start pipelines.</summary>
internal sealed class StepKinds(Func<IEnumerable<IStepKind>> contributed)
{
    private readonly Lazy<Dictionary<string, IStepKind>> _kinds = new(() => contributed().ToDictionary(kind => kind.Name, StringComparer.Ordinal));

    public IReadOnlyList<string> Names => [.. _kinds.Value.Keys.Order(StringComparer.Ordinal)];

    public IStepKind? Find(string name) => _kinds.Value.GetValueOrDefault(name);

    public string Unknown(string name) => NearestName.Of(name, _kinds.Value.Keys) is { } nearest
        ? $"there is no kind of step '{name}'; did you mean '{nearest}'?"
        : $"there is no kind of step '{name}'; there are {string.Join(", ", Names)}";
}
