using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Ledger.Resources.Yaml;

/// <summary>Errors that name file and line.</summary>
internal static class YamlErrors
{
    public static string Place(string origin, int line) =>
        line <= 0 ? origin : origin.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"line {line}") : string.Create(CultureInfo.InvariantCulture, $"{origin}, line {line}");

    public static InvalidException At(string origin, int line, string what)
    {
        var place = Place(origin, line);
        return new($"{place}: {what}.") { Errors = new Dictionary<string, string> { [place] = what } };
    }
}
