using System.Globalization;
using System.Text.Json;

namespace Orrery.Protocols.Mlflow.Wire;

/// <summary>
/// The fields of a request or of a message within it, read as MLflow reads proto3 JSON: 64-bit integers as numbers or text, NaN and infinities as
/// words, fields nobody asks for ignored, a null the same as nothing. What is missing or of a wrong type is refused in MLflow's words
/// (mlflow/server/handlers.py, mlflow/utils/validation.py, 3.5).
/// </summary>
internal readonly struct MlflowFields(JsonElement element, string path = "")
{
    private const string See = " See the API docs for more information about request parameters.";

    /// <summary>Whether the field is there with a value.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A text; null where there is none.</summary>
    public string? Text(string name) => Find(name) is not { } value ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, value);

    /// <summary>A text that must be there and not be empty.</summary>
    public string RequiredText(string name) => Text(name) is { Length: > 0 } text ? text : throw Missing(name);

    /// <summary>The run's id, which old clients call <c>run_uuid</c>.</summary>
    public string RunId() => Text("run_id") is { Length: > 0 } id ? id : Text("run_uuid") is { Length: > 0 } old ? old : throw Missing("run_id");

    /// <summary>A whole number; null where there is none.</summary>
    public long? Int64(string name)
    {
        if (Find(name) is not { } value)
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var number) => number,
            JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsInteger(number) && Math.Abs(number) < 1L << 62 => (long)number,
            JsonValueKind.String when long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ => throw Wrong(name, value),
        };
    }

    /// <summary>A whole number that must be there.</summary>
    public long RequiredInt64(string name) => Int64(name) ?? throw Missing(name);

    /// <summary>A whole number within bounds; <paramref name="otherwise"/> where there is none.</summary>
    public int Count(string name, int otherwise, int most)
    {
        if (Int64(name) is not { } count)
            return otherwise;
        return count >= 1 && count <= most ? (int)count : throw Wrong(name, Find(name)!.Value, $"It must be a whole number from 1 to {most}.");
    }

    /// <summary>A number, NaN and infinities included, that must be there.</summary>
    public double RequiredDouble(string name)
    {
        if (Find(name) is not { } value || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8)))
            throw Missing(name);
        return value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDouble(out var number) => number,
            JsonValueKind.String when Word(value) is { } number => number,
            _ => throw Wrong(name, value),
        };
    }

    /// <summary>An enum of proto3, by its name or its number as text; empty where there is none.</summary>
    public string Word(string name) => Find(name) switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } value => value.GetString()!,
        { ValueKind: JsonValueKind.Number } value => value.GetRawText(),
        { } value => throw Wrong(name, value),
    };

    /// <summary>Yes or no; null where nobody says.</summary>
    public bool? Flag(string name)
    {
        if (Find(name) is not { } value)
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when bool.TryParse(value.GetString(), out var flag) => flag, // of a query
            _ => throw Wrong(name, value),
        };
    }

    /// <summary>A repeated text; empty where there is none. A query that names the parameter once gives a list of one.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind == JsonValueKind.String && OfQuery)
            return [value.GetString()!];
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, value);
        var texts = new List<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
            texts.Add(item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(name, value));
        return texts;
    }

    /// <summary>A repeated message; empty where there is none.</summary>
    public IReadOnlyList<MlflowFields> Messages(string name)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, value);
        var messages = new List<MlflowFields>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{messages.Count}]");
            messages.Add(item.ValueKind == JsonValueKind.Object ? new(item, at) : throw Wrong(name, value));
        }

        return messages;
    }

    /// <summary>A message within; null where there is none.</summary>
    public MlflowFields? Message(string name)
    {
        if (Find(name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Object ? new(value, PathOf(name)) : throw Wrong(name, value);
    }

    /// <summary>A map of texts, as proto3 JSON writes it; numbers and flags of old clients count as their texts.</summary>
    public IReadOnlyDictionary<string, string> Map(string name)
    {
        if (Find(name) is not { } value)
            return new Dictionary<string, string>();
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(name, value);
        var map = new Dictionary<string, string>();
        foreach (var entry in value.EnumerateObject())
            map[entry.Name] = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : entry.Value.GetRawText();
        return map;
    }

    /// <summary>Any value as JSON; null where there is none.</summary>
    public string? Raw(string name) => Find(name)?.GetRawText();

    /// <summary>A value of any kind as text, as Python's <c>str</c> would for numbers; null where there is none.</summary>
    public string? AnyText(string name) => Find(name) is { } value ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;

    /// <summary>A list of keys and values, in their order; a value that is not there is empty.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs(string name) =>
        [.. Messages(name).Select(pair => KeyValuePair.Create(pair.RequiredText("key"), pair.Text("value") ?? ""))];

    /// <summary>How MLflow says that a field's value is wrong.</summary>
    public MlflowException Wrong(string name, string hint) => Find(name) is { } value ? Wrong(name, value, hint) : Missing(name);

    /// <summary>How MLflow says that a name or key within this message is wrong.</summary>
    public string Refusal(string field, string value, string reason) => $"Invalid value {JsonSerializer.Serialize(value)} for parameter '{PathOf(field)}' supplied: {reason}";

    /// <summary>How MLflow says that a field is missing.</summary>
    public MlflowException Missing(string name) => MlflowException.Invalid($"Missing value for required parameter '{PathOf(name)}'.{See}");

    /// <summary>Whether these are the parameters of a query, where everything is text.</summary>
    public bool OfQuery { get; init; }

    private string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private JsonElement? Find(string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? value
            : null;

    private MlflowException Wrong(string name, JsonElement value, string? hint = null)
    {
        const int most = 200; // a value may be a whole document
        var text = value.GetRawText();
        return MlflowException.Invalid(
            $"Invalid value {(text.Length > most ? text[..most] + "…" : text)} for parameter '{PathOf(name)}' supplied:  {hint ?? $"Hint: Value was of type '{Type(value)}'."}{See}");
    }

    // As Python calls it, which is what users of these clients read.
    private static string Type(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "str",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "int" : "float",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "list",
        _ => "dict",
    };

    private static double? Word(JsonElement value) => value.GetString() switch
    {
        "NaN" or "nan" => double.NaN,
        "Infinity" or "inf" => double.PositiveInfinity,
        "-Infinity" or "-inf" => double.NegativeInfinity,
        var text => double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
            ? number
            : null,
    };
}
