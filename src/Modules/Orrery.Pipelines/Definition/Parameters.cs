using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;

namespace Orrery.Pipelines.Definition;

/// <summary>A run's parameters: the defaults, and what was given in their place.</summary>
internal static class Parameters
{
    public const string Prefix = "params.";

    /// <summary>The values of a run; what is given as text takes the type of the default.</summary>
    /// <exception cref="InvalidException">One is unknown, or does not read as its default's type.</exception>
    public static IReadOnlyDictionary<string, JsonElement> Of(PipelineSpec spec, IReadOnlyDictionary<string, string>? given)
    {
        var values = new Dictionary<string, JsonElement>(spec.Parameters ?? new Dictionary<string, JsonElement>(), StringComparer.Ordinal);
        foreach (var (name, text) in given ?? new Dictionary<string, string>())
        {
            if (!values.TryGetValue(name, out var standard))
            {
                var hint = NearestName.Of(name, values.Keys) is { } nearest ? $"did you mean '{nearest}'?"
                    : values.Count == 0 ? "the pipeline has none." : $"it has {string.Join(", ", values.Keys)}.";
                throw new InvalidException($"The pipeline has no parameter '{name}'; {hint}");
            }

            values[name] = Typed(name, text, standard);
        }

        return values;
    }

    /// <summary>The parameters as placeholders see them: <c>params.x</c>.</summary>
    public static IReadOnlyDictionary<string, JsonElement> AsPlaceholders(IReadOnlyDictionary<string, JsonElement> parameters) =>
        parameters.ToDictionary(parameter => Prefix + parameter.Key, parameter => parameter.Value);

    private static JsonElement Typed(string name, string text, JsonElement standard)
    {
        if (standard.ValueKind == JsonValueKind.String)
            return JsonSerializer.SerializeToElement(text, LedgerJson.Options);
        try
        {
            var value = JsonSerializer.Deserialize<JsonElement>(text);
            var isTruth = value.ValueKind is JsonValueKind.True or JsonValueKind.False;
            if (standard.ValueKind == JsonValueKind.Number ? value.ValueKind == JsonValueKind.Number : isTruth)
                return value;
        }
        catch (JsonException)
        {
            // Said below, as for a value of another type.
        }

        throw new InvalidException($"The parameter '{name}' is {(standard.ValueKind == JsonValueKind.Number ? "a number" : "true or false")}, got '{text}'.");
    }
}
