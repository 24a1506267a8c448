using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Tuning.Spaces;

namespace Orrery.Training.Trainers;

/// <summary>Reads and sets a learner's parameters by the names that they have in YAML.</summary>
internal static class LearnerParameters
{
    /// <summary>The parameters of a learner, by name.</summary>
    public static IReadOnlyList<string> Names(LearnerSpec learner) =>
        [.. LedgerJson.Options.GetTypeInfo(learner.GetType()).Properties.Where(p => p.AssociatedParameter is not null).Select(p => p.Name)];

    /// <summary>All values as text, for a run's parameters.</summary>
    public static IReadOnlyDictionary<string, string> Describe(LearnerSpec learner) =>
        JsonSerializer.SerializeToNode(learner, learner.GetType(), LedgerJson.Options)!.AsObject()
            .ToDictionary(p => $"learner.{p.Key}", p => p.Value?.ToString() ?? "")
            .Append(new("learner.type", learner.Type)).ToDictionary(p => p.Key, p => p.Value);

    /// <summary>A copy with the parameters of a trial.</summary>
    /// <exception cref="InvalidException">A value does not fit its parameter.</exception>
    public static LearnerSpec With(LearnerSpec learner, IReadOnlyDictionary<string, ParameterValue> values)
    {
        var body = JsonSerializer.SerializeToNode(learner, learner.GetType(), LedgerJson.Options)!.AsObject();
        foreach (var (name, value) in values)
        {
            body[name] = value.IsChoice ? JsonValue.Create(value.Choice)
                : value.Number == Math.Floor(value.Number) && Math.Abs(value.Number) < 1e15 ? JsonValue.Create((long)value.Number)
                : JsonValue.Create(value.Number);
        }

        try
        {
            return (LearnerSpec)body.Deserialize(learner.GetType(), LedgerJson.Options)!;
        }
        catch (JsonException error)
        {
            throw new InvalidException(
                $"The search space gives values that {learner.Type} cannot take: {string.Join(", ", values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Key} = {v.Value}")))}.",
                error);
        }
    }
}
