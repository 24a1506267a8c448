using System.Text.RegularExpressions;

namespace Orrery.Kernel.Provenance;

/// <summary>How a program was called, without what must stay secret.</summary>
public static partial class CommandLine
{
    private const int MaxLength = 2000;

    /// <summary>This process's own command line.</summary>
    public static string OfThisProcess() => Of(Environment.GetCommandLineArgs());

    /// <summary>Arguments as one line; the values of those whose names speak of secrets are left out.</summary>
    public static string Of(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var shown = new List<string>(arguments.Count);
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (i > 0 && Secret().IsMatch(arguments[i - 1]) && !arguments[i - 1].Contains('=', StringComparison.Ordinal))
                argument = "…";
            else if (argument.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && Secret().IsMatch(argument[..at]))
                argument = $"{argument[..at]}=…";
            shown.Add(argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument);
        }

        var line = string.Join(' ', shown);
        return line.Length <= MaxLength ? line : line[..MaxLength];
    }

    [GeneratedRegex("^-{0,2}[A-Za-z0-9_.:-]*(token|password|passwd|secret|api-?key|credential)[A-Za-z0-9_.:-]*(=|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secret();
}
