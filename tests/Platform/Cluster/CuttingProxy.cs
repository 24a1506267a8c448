using System.Net;
using System.Net.Sockets;

namespace Orrery.Platform.Tests.Cluster;

/// <summary>When a connection is cut.</summary>
internal enum Cut
{
    Never,

    /// <summary>The server never sees the commit.</summary>
    BeforeCommit,

    /// <summary>The server has committed, and its answer never comes.</summary>
    AfterCommit,
}

/// <summary>Stands between a process and PostgreSQL and cuts the connection over which the next commit goes, once.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;
    private int _next;

    public CuttingProxy(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections it cut.</summary>
    public int Cuts { get; private set; }

    public void CutNext(Cut cut) => Volatile.Write(ref _next, (int)cut);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
                relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            await server.ConnectAsync(_host, _port, _stop.Token);
            var answersAreLost = new Flag();
            var there = ForwardAsync(client.GetStream(), server.GetStream(), answersAreLost, watch: true);
            var back = ForwardAsync(server.GetStream(), client.GetStream(), answersAreLost, watch: false);
            await Task.WhenAny(there, back);
            client.Close();
            server.Close();
            await Task.WhenAll(there, back);
        }
    }

    private async Task ForwardAsync(NetworkStream from, NetworkStream to, Flag answersAreLost, bool watch)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, _stop.Token) is > 0 and var read)
            {
                if (!watch && answersAreLost.Value)
                    return; // This is the answer to the commit.
                if (watch && buffer.AsSpan(0, read).IndexOf("COMMIT"u8) >= 0)
                {
                    var cut = (Cut)Interlocked.Exchange(ref _next, (int)Cut.Never);
                    Cuts += cut == Cut.Never ? 0 : 1;
                    if (cut == Cut.BeforeCommit)
                        return;
                    answersAreLost.Value = cut == Cut.AfterCommit;
                }

                await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // One side is gone; so is the other, then.
        }
    }

    private sealed class Flag
    {
        private volatile bool _value;

        public bool Value
        {
            get => _value;
            set => _value = value;
        }
    }
}
