using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orrery.Ledger.Resources.Yaml;

/// <summary>
/// The type of a plain scalar by YAML 1.2's core schema (section 10.3.2): null, true, false, integers and floats; everything else is text,
/// also <c>yes</c>, <c>no</c> and <c>on</c>. Leading zeros make text here: <c>007</c> is rather a code than a seven.
/// </summary>
internal static partial class YamlScalars
{
    private const int MaxNumberLength = 64;

    /// <summary>Whether a plain scalar of this text would not be text.</summary>
    public static bool IsTyped(string text) => text is "" or "~" or "null" or "Null" or "NULL" or "true" or "True" or "TRUE" or "false" or "False" or "FALSE"
        || SpecialFloat(text) is not null || Number(text) is not null;

    public static void Write(Utf8JsonWriter writer, YamlScalar scalar)
    {
        switch (scalar.Plain ? scalar.Text : null)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                writer.WriteNullValue();
                break;
            case "true" or "True" or "TRUE":
                writer.WriteBooleanValue(true);
                break;
            case "false" or "False" or "FALSE":
                writer.WriteBooleanValue(false);
                break;
            case { } plain when SpecialFloat(plain) is { } special:
                writer.WriteStringValue(special); // the name under which JSON keeps it
                break;
            case { } plain when Number(plain) is { } number:
                writer.WriteRawValue(number);
                break;
            default:
                writer.WriteStringValue(scalar.Text);
                break;
        }
    }

    private static string? SpecialFloat(string text) => text switch
    {
        ".nan" or ".NaN" or ".NAN" => "NaN",
        ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => "Infinity",
        "-.inf" or "-.Inf" or "-.INF" => "-Infinity",
        _ => null,
    };

    // The number as JSON writes it, or null.
    private static string? Number(string text)
    {
        if (text.Length is 0 or > MaxNumberLength)
            return null;
        if (text.StartsWith("0x", StringComparison.Ordinal))
            return long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) && hex >= 0 ? hex.ToString(CultureInfo.InvariantCulture) : null;
        if (IntegerPattern().IsMatch(text))
            return text.TrimStart('+');
        if (!FloatPattern().IsMatch(text) || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            return null;
        return value.ToString("R", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^[-+]?(0|[1-9][0-9]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex IntegerPattern();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex FloatPattern();
}
