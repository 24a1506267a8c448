using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orrery.Benchmarks.Load;

namespace Orrery.Benchmarks.Processes;

/// <summary>A server in a process of its own, ours or the bare one, timed from the moment it is started.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ServerProcess(string program, int port, IEnumerable<string> arguments)
    {
        Port = port;
        _process = new() { StartInfo = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
    }

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    /// <summary>From the start of the process to the first 200 of <c>GET /readyz</c>.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Starts <c>orrery up</c> from the built checkout and waits until it is ready.</summary>
    public static Task<ServerProcess> OrreryAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var port = FreePort();
        return StartAsync(new(Checkout.Orrery, port, ["up", "--data", dataFolder, "--port", Text(port)]), cancellationToken);
    }

    /// <summary>Starts the bare server and waits until it is ready.</summary>
    public static Task<ServerProcess> BareAsync(string? answerFile, CancellationToken cancellationToken)
    {
        var port = FreePort();
        string[] answer = answerFile is null ? [] : [answerFile];
        return StartAsync(new(Environment.ProcessPath!, port, [BareServer.Command, Text(port), .. answer]), cancellationToken);
    }

    /// <summary>Resident memory (VmRSS), in MB of a million bytes.</summary>
    public double ResidentMegabytes()
    {
        var line = File.ReadLines($"/proc/{Text(_process.Id)}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<ServerProcess> StartAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            while (!await IsReadyAsync(server.Port, cancellationToken))
            {
                if (server._process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
                    throw new InvalidOperationException($"The server did not become ready: {server.Output}");
                await Task.Delay(PollEvery, TimeProvider.System, cancellationToken);
            }

            server.ReadyAfter = Stopwatch.GetElapsedTime(started);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks on a bare socket: a refused connection costs no exception, which on two cores would take time from the server that starts.</summary>
    private static async Task<bool> IsReadyAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var connect = new SocketAsyncEventArgs { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, port) };
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connect.Completed += (_, _) => done.SetResult();
        if (socket.ConnectAsync(connect))
            await done.Task;
        if (connect.SocketError != SocketError.Success)
            return false;
        await socket.SendAsync("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellationToken);
        var answer = new byte[64];
        var length = await socket.ReceiveAsync(answer, cancellationToken);
        return answer.AsSpan(0, length).StartsWith("HTTP/1.1 200"u8);
    }

    /// <summary>A free port whose successor, which gRPC takes, is free too.</summary>
    private static int FreePort()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            if (port == IPEndPoint.MaxPort)
                continue;
            using var second = new TcpListener(IPAddress.Loopback, port + 1);
            try
            {
                second.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken by another; the next pair then.
            }
        }
    }

    private string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
