namespace Orrery.Cli;

/// <summary>What the process ends with; scripts rely on it.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The server refused, or what was waited for failed.</summary>
    public const int Refused = 1;

    /// <summary>The command line is wrong (System.CommandLine's own code for parse errors is the same).</summary>
    public const int Usage = 1;

    /// <summary>No server answers.</summary>
    public const int Unavailable = 3;

    /// <summary>Ctrl-C.</summary>
    public const int Cancelled = 130;
}
