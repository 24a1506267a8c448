using System.Text.Json;
using System.Text.Json.Serialization;
using Orrery.Kernel;
using Orrery.Preparation.Steps;

namespace Orrery.Preparation.Graph;

/// <summary>
/// Reads a declaration. Unknown keys and step types are looked for first, as only then the nearest known one can be named.
/// </summary>
internal static class SpecReader
{
    private static readonly Dictionary<string, Type> StepTypes = typeof(StepSpec)
        .GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false)
        .Cast<JsonDerivedTypeAttribute>()
        .ToDictionary(a => (string)a.TypeDiscriminator!, a => a.DerivedType, StringComparer.Ordinal);

    public static TransformSpec Read(ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8Json);
            using var document = JsonDocument.ParseValue(ref reader);
            var errors = new Dictionary<string, string>(StringComparer.Ordinal);
            Check(document.RootElement, errors);
            if (errors.Count > 0)
                throw Wrong(errors);
            var spec = document.RootElement.Deserialize<TransformSpec>(PreparationJson.Options)!;
            spec.Validate();
            return spec;
        }
        catch (JsonException e)
        {
            var path = (e.Path ?? "$").TrimStart('$').TrimStart('.');
            throw Wrong(new(StringComparer.Ordinal) { [path.Length == 0 ? "$" : path] = e.Message });
        }
    }

    private static void Check(JsonElement root, Dictionary<string, string> errors)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            errors["$"] = $"expected an object with columns, steps and outputs, got {root.ValueKind}";
            return;
        }

        CheckKeys(root, "", typeof(TransformSpec), errors);
        foreach (var (index, column) in Items(root, "columns", errors))
            CheckKeys(column, $"columns[{index}].", typeof(ColumnSpec), errors);
        foreach (var (index, step) in Items(root, "steps", errors))
        {
            if (!step.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
                errors[$"steps[{index}].type"] = $"is absent; one of {string.Join(", ", StepTypes.Keys)}";
            else if (!StepTypes.TryGetValue(type.GetString()!, out var known))
                errors[$"steps[{index}].type"] = Unknown("step type", type.GetString()!, StepTypes.Keys);
            else
                CheckKeys(step, $"steps[{index}].", known, errors);
        }
    }

    private static void CheckKeys(JsonElement element, string path, Type type, Dictionary<string, string> errors)
    {
        var isStep = type.IsSubclassOf(typeof(StepSpec));
        var properties = PreparationJson.Options.GetTypeInfo(type).Properties;
        var known = properties.Where(p => p.Get is not null || p.Set is not null).Select(p => p.Name).ToList();
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name, StringComparer.Ordinal) && !(isStep && property.NameEquals("type")))
                errors[path + property.Name] = Unknown("key", property.Name, known);
        }
    }

    private static List<(int Index, JsonElement Item)> Items(JsonElement root, string key, Dictionary<string, string> errors)
    {
        var items = new List<(int, JsonElement)>();
        if (!root.TryGetProperty(key, out var list) || list.ValueKind != JsonValueKind.Array)
            return items; // the serializer says what is wrong with it
        foreach (var (index, item) in list.EnumerateArray().Index())
        {
            if (item.ValueKind == JsonValueKind.Object)
                items.Add((index, item));
            else
                errors[$"{key}[{index}]"] = $"expected an object, got {item.ValueKind}";
        }

        return items;
    }

    private static string Unknown(string what, string name, IReadOnlyCollection<string> known) => NearestName.Of(name, known) is { } near
        ? $"unknown {what} '{name}'; did you mean '{near}'?"
        : $"unknown {what} '{name}'; known are {string.Join(", ", known)}";

    private static InvalidException Wrong(Dictionary<string, string> errors) =>
        new("The transform cannot be read: " + string.Join("; ", errors.Select(e => $"{e.Key}: {e.Value}"))) { Errors = errors };
}
