using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Json;
using Orrery.Pipelines.Conditions;
using Orrery.Pipelines.Steps;

namespace Orrery.Pipelines.Definition;

/// <summary>Where an input of a step comes from: an output of an earlier step, or an asset.</summary>
internal readonly record struct InputSource(string? Step, string? Output, AssetRef? Asset);

/// <summary>A step, checked: its kind, its bound <c>with</c>, what it waits for.</summary>
internal sealed record PlannedStep(
    StepSpec Declared, int Ordinal, IStepKind Kind, JsonElement With, object Spec, Condition? When,
    IReadOnlyDictionary<string, InputSource> Inputs, IReadOnlySet<string> Needs);

/// <summary>A pipeline with its parameters filled in: what a run executes.</summary>
internal sealed class PipelinePlan
{
    private static readonly JsonElement Nothing = JsonSerializer.SerializeToElement(new { });

    private PipelinePlan(IReadOnlyList<PlannedStep> steps, int maxParallel) => (Steps, MaxParallel) = (steps, maxParallel);

    public IReadOnlyList<PlannedStep> Steps { get; }

    public int MaxParallel { get; }

    /// <summary>Plans a pipeline; <paramref name="errors"/> gets what is wrong, by place in the spec.</summary>
    public static PipelinePlan? Make(
        PipelineSpec spec, IReadOnlyDictionary<string, JsonElement> parameters, StepKinds kinds, IDictionary<string, string> errors)
    {
        var names = spec.Steps.Select(step => step.Name).ToHashSet(StringComparer.Ordinal);
        var steps = new List<PlannedStep>();
        for (var i = 0; i < spec.Steps.Count; i++)
        {
            var planner = new StepPlanner(spec.Steps[i], string.Create(CultureInfo.InvariantCulture, $"steps/{i}"), names, parameters, errors);
            if (planner.Plan(i, kinds) is { } step)
                steps.Add(step);
        }

        if (errors.Count > 0)
            return null;
        if (Cycle(steps) is { } cycle)
        {
            errors["steps"] = $"steps wait for each other in a cycle: {string.Join(" → ", cycle)}";
            return null;
        }

        return new(steps, spec.MaxParallel);
    }

    /// <summary>Plans a pipeline for a run.</summary>
    /// <exception cref="InvalidException">Something is wrong; the message names it by place.</exception>
    public static PipelinePlan Make(string pipeline, PipelineSpec spec, IReadOnlyDictionary<string, JsonElement> parameters, StepKinds kinds)
    {
        var errors = new Dictionary<string, string>();
        return Make(spec, parameters, kinds, errors)
            ?? throw new InvalidException(string.Join('\n', errors.Select(error => $"pipeline/{pipeline}, {error.Key}: {error.Value}."))) { Errors = errors };
    }

    // Follows needs from each step; a step that is met again on the way closes a cycle.
    private static List<string>? Cycle(List<PlannedStep> steps)
    {
        var byName = steps.ToDictionary(step => step.Declared.Name);
        var done = new HashSet<string>();
        foreach (var step in steps)
        {
            if (Follow(step.Declared.Name, []) is { } cycle)
                return cycle;
        }

        return null;

        List<string>? Follow(string name, List<string> path)
        {
            if (path.Contains(name))
                return [.. path.SkipWhile(before => before != name), name];
            if (!done.Contains(name))
            {
                path.Add(name);
                foreach (var needed in byName[name].Needs)
                {
                    if (Follow(needed, path) is { } cycle)
                        return cycle;
                }

                path.RemoveAt(path.Count - 1);
                done.Add(name);
            }

            return null;
        }
    }

    private sealed class StepPlanner(
        StepSpec step, string at, HashSet<string> names, IReadOnlyDictionary<string, JsonElement> parameters, IDictionary<string, string> errors)
    {
        private readonly HashSet<string> _needs = new(StringComparer.Ordinal);

        public PlannedStep? Plan(int ordinal, StepKinds kinds)
        {
            var before = errors.Count;
            foreach (var name in step.After ?? [])
                Need(name, JsonPath.Below(at, "after"));
            var inputs = Inputs();
            var when = When();
            var kind = kinds.Find(step.Uses);
            if (kind is null)
                errors[JsonPath.Below(at, "uses")] = kinds.Unknown(step.Uses);
            var with = step.With ?? Nothing;
            var spec = kind is null ? null : Bind(kind, ref with);
            return errors.Count > before || kind is null || spec is null ? null : new(step, ordinal, kind, with, spec, when, inputs, _needs);
        }

        private object? Bind(IStepKind kind, ref JsonElement with)
        {
            var place = JsonPath.Below(at, "with");
            var values = Parameters.AsPlaceholders(parameters);
            if (Placeholders.Unknown(with, values).FirstOrDefault() is { } unknown)
            {
                errors[place] = $"'${{{unknown}}}' is unknown; {(parameters.Count == 0 ? "the pipeline has no parameters" : $"there is {string.Join(", ", values.Keys.Select(name => $"${{{name}}}"))}")}";
                return null;
            }

            with = JsonSerializer.Deserialize<JsonElement>(CanonicalJson.Write(Placeholders.Fill(with, values)));
            var spec = StrictBinder.Bind(with, kind.SpecType, out var wrong);
            foreach (var (path, what) in wrong)
                errors[path.Length == 0 ? place : $"{place}/{path}"] = what;
            return spec;
        }

        private Dictionary<string, InputSource> Inputs()
        {
            var inputs = new Dictionary<string, InputSource>(StringComparer.Ordinal);
            foreach (var (name, text) in step.Inputs ?? new Dictionary<string, string>())
            {
                var place = JsonPath.Below(JsonPath.Below(at, "inputs"), name);
                if (AssetRef.TryParse(text, out var asset))
                    inputs[name] = new(null, null, asset);
                else if (text.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && dot < text.Length - 1 && !text.Contains('/', StringComparison.Ordinal))
                {
                    Need(text[..dot], place);
                    inputs[name] = new(text[..dot], text[(dot + 1)..], null);
                }
                else
                    errors[place] = $"expected STEP.OUTPUT or an asset such as dataset/flights, got '{text}'";
            }

            return inputs;
        }

        private Condition? When()
        {
            if (step.When is null)
                return null;
            var place = JsonPath.Below(at, "when");
            try
            {
                var condition = ConditionParser.Parse(step.When);
                foreach (var fact in condition.Facts)
                {
                    if (fact.Step != "params")
                        Need(fact.Step, place);
                    else if (!parameters.ContainsKey(fact.Name))
                        errors[place] = $"the pipeline has no parameter '{fact.Name}'";
                }

                return condition;
            }
            catch (FormatException error)
            {
                errors[place] = $"the condition is wrong: {error.Message}";
                return null;
            }
        }

        private void Need(string name, string place)
        {
            if (names.Contains(name))
                _needs.Add(name);
            else
                errors[place] = NearestName.Of(name, names) is { } nearest ? $"there is no step '{name}'; did you mean '{nearest}'?" : $"there is no step '{name}'; there are {string.Join(", ", names)}";
        }
    }
}
