using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orrery.Language.ChatTemplates.Running;

/// <summary>Values of a template as Python has them.</summary>
internal static class Values
{
    public static object? Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => Mapping(json),
        JsonValueKind.Array => json.EnumerateArray().Select(Of).ToList(),
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetInt64(out var integer) ? (object)integer : json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static Dictionary<string, object?> Mapping(JsonElement json)
    {
        var mapping = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
            mapping[property.Name] = Of(property.Value);
        return mapping;
    }

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool truth => truth,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        object?[] tuple => tuple.Length > 0,
        Dictionary<string, object?> mapping => mapping.Count > 0,
        _ => true,
    };

    /// <summary>Python's <c>str</c>.</summary>
    public static string Text(object? value) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Shown(value),
    };

    /// <summary>Python's <c>repr</c>.</summary>
    public static string Shown(object? value) => value switch
    {
        null => "None",
        Undefined => "Undefined",
        bool truth => truth ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => Number(number),
        string text => Quoted(text),
        List<object?> list => $"[{string.Join(", ", list.Select(Shown))}]",
        object?[] tuple => tuple.Length == 1 ? $"({Shown(tuple[0])},)" : $"({string.Join(", ", tuple.Select(Shown))})",
        Dictionary<string, object?> mapping => $"{{{string.Join(", ", mapping.Select(pair => $"{Quoted(pair.Key)}: {Shown(pair.Value)}"))}}}",
        _ => $"<{TypeName(value)}>",
    };

    /// <summary>Python's shortest text of a float: <c>1.0</c>, <c>1e+16</c>, <c>1e-05</c>.</summary>
    public static string Number(double number)
    {
        if (double.IsNaN(number))
            return "nan";
        if (double.IsInfinity(number))
            return number > 0 ? "inf" : "-inf";
        var text = number.ToString("E16", CultureInfo.InvariantCulture);
        var exponent = number == 0 ? 0 : int.Parse(text.AsSpan(text.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        if (exponent is >= -4 and < 16)
        {
            var plain = shortest.Contains('E', StringComparison.Ordinal) ? ((decimal)number).ToString(CultureInfo.InvariantCulture) : shortest;
            return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
        }

        var digits = shortest.Contains('E', StringComparison.Ordinal) ? shortest[..shortest.IndexOf('E', StringComparison.Ordinal)] : number.ToString("E16", CultureInfo.InvariantCulture).Split('E')[0].TrimEnd('0').TrimEnd('.');
        return $"{digits}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    /// <summary>What a loop runs over: a mapping gives its keys, a text its characters, something undefined nothing.</summary>
    public static IReadOnlyList<object?> Items(object? value, int line) => value switch
    {
        List<object?> list => list,
        object?[] tuple => tuple,
        Dictionary<string, object?> mapping => [.. mapping.Keys],
        string text => [.. text.EnumerateRunes().Select(rune => rune.ToString())],
        Undefined => [],
        _ => throw TemplateFault.At(line, $"{TypeName(value)} cannot be looped over."),
    };

    public static string TypeName(object? value) => value switch
    {
        null => "none",
        bool => "a boolean",
        long => "an integer",
        double => "a float",
        string => "a string",
        List<object?> => "a list",
        object?[] => "a tuple",
        Dictionary<string, object?> => "a mapping",
        Undefined missing => $"{missing.What}, which is undefined,",
        ICallable => "a function",
        Namespace => "a namespace",
        LoopState => "the loop",
        _ => "a value",
    };

    private static string Quoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var shown = new StringBuilder().Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            shown.Append(rune.Value switch
            {
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < 32 or 127 => $"\\x{rune.Value:x2}",
                var value when value == quote => "\\" + quote,
                _ => rune.ToString(),
            });
        }

        return shown.Append(quote).ToString();
    }
}
