using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Models;

/// <summary>What may name a registered model, an alias and a version. Source: mlflow/utils/validation.py (3.5).</summary>
internal static partial class ModelNames
{
    private const int MaxAliasLength = 255;

    /// <summary>A model's name from a field.</summary>
    public static string Model(MlflowFields fields, string field = "name")
    {
        var name = fields.RequiredText(field);
        if (name.Trim().Length == 0)
            throw fields.Missing(field);
        if (name.Contains('/', StringComparison.Ordinal) || name.Contains(':', StringComparison.Ordinal))
            throw MlflowException.Invalid($"Invalid model name '{name}'. Names cannot contain '/' or ':'.");
        if (name is "." or "..")
        {
            throw MlflowException.Invalid(
                $"Invalid value {JsonSerializer.Serialize(name)} for parameter 'name' supplied: Names may be treated as files in certain cases, and must not resolve to other names when treated as such. This name would resolve to '{name}'");
        }

        return name;
    }

    /// <summary>A version's number from a field.</summary>
    public static int Version(MlflowFields fields)
    {
        var text = fields.RequiredText("version");
        return Version(text) ?? throw MlflowException.Invalid($"Parameter 'version' must be an integer, got '{text}'.");
    }

    /// <summary>A version's number; null where the text is none. A number that no version can have is one all the same.</summary>
    public static int? Version(string text) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
        ? (int)Math.Clamp(number, 0, int.MaxValue)
        : null;

    /// <summary>An alias from a field.</summary>
    public static string Alias(MlflowFields fields)
    {
        var alias = fields.RequiredText("alias");
        if (!AliasPattern.IsMatch(alias))
            throw MlflowException.Invalid($"Invalid alias name: '{alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).");
        MlflowNames.CheckLength("Registered model alias name", alias, MaxAliasLength);
        return alias;
    }

    /// <summary>An alias that a client may set: <c>latest</c> and <c>v1</c> mean versions.</summary>
    public static string NewAlias(MlflowFields fields)
    {
        var alias = Alias(fields);
        if (alias.Equals("latest", StringComparison.OrdinalIgnoreCase))
            throw MlflowException.Invalid("'latest' alias name (case insensitive) is reserved.");
        return VersionPattern.IsMatch(alias) ? throw MlflowException.Invalid($"Version alias name '{alias}' is reserved.") : alias;
    }

    [GeneratedRegex(@"^[\w\-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex AliasPattern { get; }

    [GeneratedRegex(@"^[vV]\d+\z", RegexOptions.CultureInvariant)]
    private static partial Regex VersionPattern { get; }
}
