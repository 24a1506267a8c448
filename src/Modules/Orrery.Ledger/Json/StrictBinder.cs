using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orrery.Kernel;

namespace Orrery.Ledger.Json;

/// <summary>
/// Binds JSON to a record and finds everything that is wrong with it, not only the first: unknown keys with the nearest known one, missing
/// keys, values of another type. It walks the value along the serializer's own contract, so what it accepts is what the serializer reads.
/// </summary>
public sealed class StrictBinder
{
    private readonly Dictionary<string, string> _errors = [];

    private StrictBinder() { }

    /// <summary>The record; null where <paramref name="errors"/> holds what is wrong, by place (<see cref="JsonPath"/>).</summary>
    public static object? Bind(JsonElement value, Type type, out IReadOnlyDictionary<string, string> errors)
    {
        var binder = new StrictBinder();
        errors = binder._errors;
        binder.Check(value, type, "");
        if (binder._errors.Count > 0)
            return null;
        try
        {
            return value.Deserialize(type, LedgerJson.Options);
        }
        catch (Exception error) when (error is JsonException or ArgumentException or NotSupportedException or OrreryException)
        {
            binder._errors[""] = error.Message; // a rule of the record's own constructor
            return null;
        }
    }

    private void Check(JsonElement value, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var contract = LedgerJson.Options.GetTypeInfo(type);
        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Object when value.ValueKind == JsonValueKind.Object:
                CheckObject(value, contract, path);
                break;
            case JsonTypeInfoKind.Enumerable when value.ValueKind == JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray())
                    Check(item, contract.ElementType!, JsonPath.Below(path, (index++).ToString(CultureInfo.InvariantCulture)));
                break;
            case JsonTypeInfoKind.Dictionary when value.ValueKind == JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                    Check(member.Value, contract.ElementType!, JsonPath.Below(path, member.Name));
                break;
            case JsonTypeInfoKind.None:
                CheckScalar(value, type, path);
                break;
            default:
                Wrong(path, ValueNames.Expected(type, contract.Kind), value);
                break;
        }
    }

    private void CheckObject(JsonElement value, JsonTypeInfo contract, string path)
    {
        string? discriminator = null;
        if (contract.PolymorphismOptions is { } polymorphism)
        {
            discriminator = polymorphism.TypeDiscriminatorPropertyName;
            if (Derived(value, polymorphism, path) is not { } derived)
                return;
            contract = LedgerJson.Options.GetTypeInfo(derived);
        }

        var keys = contract.Properties.Where(property => !property.IsExtensionData).ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        var open = contract.Properties.Any(property => property.IsExtensionData);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in value.EnumerateObject())
        {
            var at = JsonPath.Below(path, member.Name);
            if (!keys.TryGetValue(member.Name, out var property))
            {
                if (!open && member.Name != discriminator)
                    _errors[at] = ValueNames.UnknownKey(member.Name, discriminator is null ? keys.Keys : keys.Keys.Append(discriminator));
            }
            else if (!seen.Add(member.Name))
                _errors[at] = $"'{property.Name}' is there twice";
            else if (member.Value.ValueKind != JsonValueKind.Null)
                Check(member.Value, property.PropertyType, at);
            else if (!property.IsSetNullable)
                _errors[at] = $"'{property.Name}' has no value; expected {ValueNames.Expected(property.PropertyType)}";
        }

        foreach (var property in keys.Values.Where(property => property.IsRequired && !seen.Contains(property.Name)))
            _errors[JsonPath.Below(path, property.Name)] = $"'{property.Name}' is missing; expected {ValueNames.Expected(property.PropertyType)}";
    }

    private Type? Derived(JsonElement value, JsonPolymorphismOptions polymorphism, string path)
    {
        var key = polymorphism.TypeDiscriminatorPropertyName;
        var known = polymorphism.DerivedTypes.ToDictionary(derived => derived.TypeDiscriminator?.ToString() ?? "", derived => derived.DerivedType);
        if (!value.TryGetProperty(key, out var type))
            _errors[JsonPath.Below(path, key)] = $"'{key}' is missing; expected {ValueNames.OneOf(known.Keys)}";
        else if (type.ValueKind == JsonValueKind.String && known.TryGetValue(type.GetString()!, out var derived))
            return derived;
        else
            Wrong(JsonPath.Below(path, key), ValueNames.OneOf(known.Keys), type);
        return null;
    }

    private void CheckScalar(JsonElement value, Type type, string path)
    {
        try
        {
            if (value.Deserialize(type, LedgerJson.Options) is null)
                Wrong(path, ValueNames.Expected(type), value);
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException or NotSupportedException)
        {
            Wrong(path, error is JsonException && error.Message.StartsWith("Expected ", StringComparison.Ordinal)
                ? error.Message["Expected ".Length..].Split(". Path")[0].Split(", got '")[0].TrimEnd('.')
                : ValueNames.Expected(type), value);
        }
    }

    private void Wrong(string path, string expected, JsonElement value)
    {
        var hint = expected == ValueNames.Text && value.ValueKind is (JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) ? " (put it in quotes)" : "";
        _errors[path] = $"expected {expected}, got {ValueNames.Show(value)}{hint}";
    }
}
