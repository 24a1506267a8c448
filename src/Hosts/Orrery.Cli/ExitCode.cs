namespace Orrery.Cli;

/// <summary>What the process ends with; scripts rely on it.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The server refused, what was waited for failed, or the command line is wrong (System.CommandLine's own code).</summary>
    public const int Refused = 1;

    /// <summary>No server answers.</summary>
    public const int Unavailable = 3;

    /// <summary>Ctrl-C.</summary>
    public const int Cancelled = 130;
}
