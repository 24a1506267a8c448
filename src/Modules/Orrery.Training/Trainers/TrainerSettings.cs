using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Json;

namespace Orrery.Training.Trainers;

/// <summary>What one training takes otherwise than its trainer says: <c>{tune: {trials: 3}}</c>, laid over the trainer's spec.</summary>
internal static class TrainerSettings
{
    private const string Parameter = "set.";

    /// <summary>The trainer with the settings in force, checked as a declared one is.</summary>
    /// <exception cref="InvalidException">It names what a trainer does not have, or a value that cannot be; errors are by place in the spec.</exception>
    public static TrainerSpec Apply(string trainer, TrainerSpec spec, JsonElement settings)
    {
        if (settings.ValueKind != JsonValueKind.Object)
            throw new InvalidException($"Expected what to set as a mapping, such as {{tune: {{trials: 3}}}}, got {settings.ValueKind}.");
        var whole = JsonMerge.Of(JsonSerializer.SerializeToElement(spec, LedgerJson.Options), settings);
        var changed = (TrainerSpec?)StrictBinder.Bind(whole, typeof(TrainerSpec), out var errors);
        if (changed is not null && changed.Base != spec.Base)
            errors = new Dictionary<string, string> { ["base"] = "a training cannot change it" };
        else if (changed is not null)
            errors = TrainerKind.Check(trainer, changed);
        return errors.Count == 0
            ? changed!
            : throw new InvalidException($"This cannot be set in the trainer '{trainer}': {string.Join("; ", errors.Select(error => $"{error.Key}: {error.Value}"))}.") { Errors = errors };
    }

    /// <summary>The settings as parameters of the run: <c>set.tune.trials</c>.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Describe(JsonElement settings) => Describe(Parameter, settings);

    private static IEnumerable<KeyValuePair<string, string>> Describe(string path, JsonElement settings) => settings.EnumerateObject().SelectMany(
        member => member.Value.ValueKind == JsonValueKind.Object
            ? Describe($"{path}{member.Name}.", member.Value)
            : [new($"{path}{member.Name}", member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : CanonicalJson.Text(member.Value))]);
}
