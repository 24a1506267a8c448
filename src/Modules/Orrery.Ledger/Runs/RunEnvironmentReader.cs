using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using Orrery.Kernel.Provenance;

namespace Orrery.Ledger.Runs;

/// <summary>Looks at what this process runs on. The machine is looked at once; the commit at each run, since the checkout may move under a server.</summary>
internal sealed class RunEnvironmentReader(IOptions<LedgerOptions> options)
{
    private readonly string _runtime = $".NET {Environment.Version}, Orrery {OrreryVersion()}";
    private readonly string _operatingSystem = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()})";
    private readonly string _processor = $"{ProcessorModel()}, {Environment.ProcessorCount} cores";

    private readonly string _command = CommandLine.OfThisProcess();

    public RunEnvironment Read() => new(GitCommit.Of(options.Value.CodeFolder), _runtime, Shorten(_operatingSystem), Shorten(_processor), _command);

    private static string Shorten(string text) => text.Length <= 256 ? text : text[..256];

    private static string OrreryVersion() =>
        typeof(RunEnvironmentReader).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    private static string ProcessorModel()
    {
        const string linux = "/proc/cpuinfo";
        var line = OperatingSystem.IsLinux() && File.Exists(linux)
            ? File.ReadLines(linux).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2) is [_, var model] ? model.Trim() : RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
    }
}
