using System.Diagnostics;
using System.Text;
using Orrery.Tests;

namespace Orrery.EndToEnd.Tests;

/// <summary>The <c>orrery</c> command as a user runs it: a process of its own.</summary>
internal sealed class OrreryProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OrreryProcess(string folder, IReadOnlyDictionary<string, string> settings, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        start.Environment["XDG_CONFIG_HOME"] = folder;
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        start.Environment.Remove("ORRERY_SERVER");
        start.Environment.Remove("ORRERY_TOKEN");
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Take(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private static string Executable => Path.Combine(AppContext.BaseDirectory, "orrery");

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    /// <summary>The most memory that was ever resident, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>Starts it and goes on at once.</summary>
    public static OrreryProcess Start(TempFolder folder, params string[] arguments) => new(folder.Path, new Dictionary<string, string>(), Executable, arguments);

    /// <summary>As <see cref="Start(TempFolder, string[])"/>, with settings as environment variables: <c>Pipelines__Lease</c>.</summary>
    public static OrreryProcess Start(TempFolder folder, IReadOnlyDictionary<string, string> settings, params string[] arguments) => new(folder.Path, settings, Executable, arguments);

    /// <summary>
    /// Starts it where no file may grow beyond <paramref name="maxFileKiB"/>, as on a full disk. The shell ignores SIGXFSZ, which would kill instead of
    /// refuse, and its child inherits that.
    /// </summary>
    public static OrreryProcess StartWithFullDisk(TempFolder folder, int maxFileKiB, params string[] arguments) => new(
        folder.Path,
        new Dictionary<string, string> { ["DOTNET_EnableWriteXorExecute"] = "0" }, // Its double mapping is a large file of its own, in memory.
        "/bin/sh",
        ["-c", $"trap '' XFSZ; ulimit -f {maxFileKiB * 2}; exec \"$0\" \"$@\"", Executable, .. arguments]); // POSIX counts in blocks of 512 bytes.

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(TempFolder folder, params string[] arguments)
    {
        await using var process = Start(folder, arguments);
        var code = await process.ExitAsync();
        return (code, process.Output, process.Errors);
    }

    /// <summary>The address that it printed.</summary>
    public async Task<Uri> AddressAsync()
    {
        var ended = _process.WaitForExitAsync();
        return await Task.WhenAny(_address.Task, ended) == ended
            ? throw new InvalidOperationException($"It ended with {_process.ExitCode}.\n{Output}\n{Errors}")
            : await _address.Task;
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: no chance to clean up.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Take(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.AppendLine(line);
        const string announcement = "Orrery is up at ";
        if (line.StartsWith(announcement, StringComparison.Ordinal))
            _address.TrySetResult(new Uri(line[announcement.Length..].Split(' ')[0].TrimEnd(',', '.')));
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
