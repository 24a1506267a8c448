using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Orrery.Benchmarks.Reporting;

/// <summary>What figures were measured on; without it they mean nothing.</summary>
/// <param name="Cpu">The processor's model.</param>
/// <param name="Cores">Logical cores that this process may use.</param>
/// <param name="MemoryMiB">Memory of the machine.</param>
/// <param name="Runtime">The .NET runtime.</param>
/// <param name="OperatingSystem">System and architecture.</param>
/// <param name="Commit">The commit measured; <c>-dirty</c> where the tree differs from it.</param>
/// <param name="LoadAverage">Processes that wanted to run in the minute before: above 0.5, somebody else worked too.</param>
internal sealed partial record Machine(string Cpu, int Cores, long MemoryMiB, string Runtime, string OperatingSystem, string Commit, double LoadAverage)
{
    /// <summary>The processor as the name of a folder: <c>amd-epyc-7b13</c>.</summary>
    public string Slug => NotAName().Replace(Cpu.ToLowerInvariant().Replace("(r)", "", StringComparison.Ordinal).Replace("(tm)", "", StringComparison.Ordinal), "-").Trim('-');

    public static Machine Read() => new(
        Field("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        long.Parse(Field("/proc/meminfo", "MemTotal")?.Split(' ')[0] ?? "0", CultureInfo.InvariantCulture) / 1024,
        RuntimeInformation.FrameworkDescription,
        $"{RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()})",
        Git("rev-parse", "HEAD") is { } head ? head + (string.IsNullOrEmpty(Git("status", "--porcelain", "--untracked-files=no")) ? "" : "-dirty") : "unknown",
        File.Exists("/proc/loadavg") ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) : double.NaN);

    private static string? Field(string file, string name) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : null;

    private static string? Git(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Checkout.Root, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var text = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? text : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // a checkout without git is measured all the same
        }
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotAName();
}
