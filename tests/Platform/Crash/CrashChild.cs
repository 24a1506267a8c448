using System.Diagnostics;

namespace Orrery.Platform.Tests.Crash;

/// <summary>A process that writes to a data folder, and what it said was acknowledged.</summary>
internal static class CrashChild
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Orrery.CrashChild");

    /// <summary>Starts it and kills it (SIGKILL) as soon as it has said so many lines; returns all that it said until it died.</summary>
    public static async Task<List<string>> KillAfterAsync(int lines, string folder, string port, int round, int bytes)
    {
        using var child = Start(new(Program, [folder, port, $"{round}", $"{bytes}"]));
        var said = new List<string>();
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            said.Add(line);
            if (said.Count == lines)
                child.Kill();
        }

        await child.WaitForExitAsync();
        if (said.Count < lines)
            throw new InvalidOperationException($"The child ended by itself after {said.Count} lines: {await child.StandardError.ReadToEndAsync()}");
        return said;
    }

    /// <summary>
    /// Runs it where no file may grow beyond <paramref name="maxFileKiB"/>, as on a full disk, until it ends by itself. The shell ignores SIGXFSZ,
    /// which would kill instead of refuse, and its child inherits that.
    /// </summary>
    public static async Task<List<string>> RunWithFullDiskAsync(int maxFileKiB, string folder, string port, int bytes)
    {
        // dash and POSIX count in blocks of 512 bytes; bash as sh does too.
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"trap '' XFSZ; ulimit -f {maxFileKiB * 2}; exec \"$0\" \"$@\"", Program, folder, port, "0", $"{bytes}"]);
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // Its double mapping is a large file of its own, in memory.
        using var child = Start(start);
        var said = new List<string>();
        while (await child.StandardOutput.ReadLineAsync() is { } line)
            said.Add(line);
        await child.WaitForExitAsync();
        if (child.ExitCode != 0)
            throw new InvalidOperationException($"The child failed with {child.ExitCode}: {await child.StandardError.ReadToEndAsync()}");
        return said;
    }

    private static Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return Process.Start(start) ?? throw new InvalidOperationException("The child did not start.");
    }
}
