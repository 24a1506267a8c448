using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.NetworkInformation;

namespace Orrery.Client.Tracking;

/// <summary>
/// Samples of this machine, under the names that MLflow's client gives them (mlflow/system_metrics): percentages, and megabytes of a million bytes. What a machine does not tell is left out.
/// </summary>
internal sealed class SystemMetrics(TimeProvider clock)
{
    private const double Mega = 1e6;
    private TimeSpan _busy = Process.GetCurrentProcess().TotalProcessorTime;
    private (double Idle, double Total)? _processor = ReadProcessor();
    private long _measuredAt = clock.GetTimestamp();
    private (long Received, long Sent) _network = ReadNetwork();
    private bool _hasGpu = true;

    /// <summary>Samples until it is cancelled.</summary>
    public async Task SampleIntoAsync(TrackedRun run, TimeSpan every, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(every, clock);
        try
        {
            for (var step = 0L; await timer.WaitForNextTickAsync(cancellationToken); step++)
            {
                foreach (var (name, value) in Sample().Concat(await GpusAsync(cancellationToken)))
                    run.Log($"system/{name}", value, step);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // The run ends.
        }
    }

    /// <summary>One sample; rates are since the one before.</summary>
    public List<(string Name, double Value)> Sample()
    {
        var sample = new List<(string, double)>();
        var passed = clock.GetElapsedTime(_measuredAt);
        _measuredAt = clock.GetTimestamp();
        using (var process = Process.GetCurrentProcess())
        {
            if (passed > TimeSpan.Zero)
                sample.Add(("process_cpu_utilization_percentage", 100 * (process.TotalProcessorTime - _busy) / passed / Environment.ProcessorCount));
            _busy = process.TotalProcessorTime;
            sample.Add(("process_memory_usage_megabytes", process.WorkingSet64 / Mega));
        }

        if (ReadProcessor() is { } processor)
        {
            if (_processor is { } before && processor.Total > before.Total)
                sample.Add(("cpu_utilization_percentage", 100 * (1 - ((processor.Idle - before.Idle) / (processor.Total - before.Total)))));
            _processor = processor;
        }

        if (ReadMemory() is var (used, total))
        {
            sample.Add(("system_memory_usage_megabytes", used / Mega));
            sample.Add(("system_memory_usage_percentage", 100 * used / total));
        }

        var disk = new DriveInfo(Path.GetPathRoot(Environment.CurrentDirectory)!);
        sample.Add(("disk_usage_megabytes", (disk.TotalSize - disk.TotalFreeSpace) / Mega));
        sample.Add(("disk_available_megabytes", disk.AvailableFreeSpace / Mega));
        sample.Add(("disk_usage_percentage", 100.0 * (disk.TotalSize - disk.TotalFreeSpace) / disk.TotalSize));
        var network = ReadNetwork();
        sample.Add(("network_receive_megabytes", (network.Received - _network.Received) / Mega));
        sample.Add(("network_transmit_megabytes", (network.Sent - _network.Sent) / Mega));
        _network = network;
        return sample;
    }

    /// <summary>Fields of one line of nvidia-smi's CSV: index, utilization in percent, memory used and total in MiB, power in watts.</summary>
    internal static IEnumerable<(string Name, double Value)> ReadGpu(string line)
    {
        var fields = line.Split(',', StringSplitOptions.TrimEntries);
        if (fields.Length < 5 || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var gpu))
            yield break;
        var values = fields.Select(field => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : (double?)null).ToList();
        if (values[1] is { } utilization)
            yield return ($"gpu_{gpu}_utilization_percentage", utilization);
        if (values[2] is { } used)
            yield return ($"gpu_{gpu}_memory_usage_megabytes", used * (1 << 20) / Mega);
        if (values[2] is { } part && values[3] is { } whole and > 0)
            yield return ($"gpu_{gpu}_memory_usage_percentage", 100 * part / whole);
        if (values[4] is { } power)
            yield return ($"gpu_{gpu}_power_usage_watts", power);
    }

    /// <summary>From the driver's own tool, once a sample; where there is none it is not looked for again.</summary>
    private async Task<List<(string, double)>> GpusAsync(CancellationToken cancellationToken)
    {
        if (!_hasGpu)
            return [];
        try
        {
            using var tool = Process.Start(new ProcessStartInfo("nvidia-smi", ["--query-gpu=index,utilization.gpu,memory.used,memory.total,power.draw", "--format=csv,noheader,nounits"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            var lines = await tool.StandardOutput.ReadToEndAsync(cancellationToken);
            await tool.WaitForExitAsync(cancellationToken);
            _hasGpu = tool.ExitCode == 0;
            return [.. lines.Split('\n').SelectMany(ReadGpu)];
        }
        catch (Win32Exception)
        {
            _hasGpu = false;
            return [];
        }
    }

    /// <summary>Jiffies of all processors, where the kernel tells them (proc_stat(5)): idle with waiting for the disk, and all.</summary>
    private static (double Idle, double Total)? ReadProcessor()
    {
        if (!OperatingSystem.IsLinux() || File.ReadLines("/proc/stat").FirstOrDefault() is not { } line)
            return null;
        var jiffies = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToList();
        return (jiffies[3] + jiffies[4], jiffies.Sum());
    }

    private static (double Used, double Total)? ReadMemory()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        double Bytes(string name) => 1024 * double.Parse(File.ReadLines("/proc/meminfo").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        return (Bytes("MemTotal:") - Bytes("MemAvailable:"), Bytes("MemTotal:"));
    }

    private static (long Received, long Sent) ReadNetwork()
    {
        var statistics = NetworkInterface.GetAllNetworkInterfaces().Where(card => card.NetworkInterfaceType != NetworkInterfaceType.Loopback).Select(card => card.GetIPStatistics()).ToList();
        return (statistics.Sum(card => card.BytesReceived), statistics.Sum(card => card.BytesSent));
    }
}
