using Orrery.Client;
using Orrery.Tests;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>A server process on the data folder, from its start to its kill.</summary>
internal sealed class Server : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        // What a dead process held goes on soon after.
        ["Pipelines__Lease"] = "00:00:01",
        ["Ledger__RunLease"] = "00:00:02",
        // A life of a second is mostly the JIT compiler's: no measuring, and no second pass.
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_CallCounting"] = "0",
    };

    /// <summary>Where such a server keeps its data, below the test's folder.</summary>
    public const string DataFolder = "orrery-data";

    private readonly OrreryProcess _process;
    private readonly HttpClient _http = new(new SocketsHttpHandler());

    private Server(OrreryProcess process, int life) => (_process, Life) = (process, life);

    /// <summary>Which life of the server this is.</summary>
    public int Life { get; }

    /// <summary>Talks to it, once it answers.</summary>
    public OrreryClient Client { get; private set; } = null!;

    /// <summary>For the wires that the client does not speak; its base address is the server's.</summary>
    public HttpClient Http => _http;

    /// <summary>What it logged.</summary>
    public string Log => _process.Output + _process.Errors;

    /// <summary>Starts it without waiting for anything.</summary>
    public static Server Launch(TempFolder folder, int life)
    {
        var settings = new Dictionary<string, string>(Settings);
        if (TestDatabase.ConnectionOf(folder.File(DataFolder)) is { } database)
            settings["ORRERY_DATABASE"] = database;
        return new(OrreryProcess.Start(folder, settings, "up", "--port", "0"), life);
    }

    /// <summary>Starts it and waits until it answers.</summary>
    public static async Task<Server> StartAsync(TempFolder folder, int life)
    {
        var server = Launch(folder, life);
        try
        {
            var address = await Patience.ForAsync(server._process.AddressAsync(), () => $"The server of life {life} is neither up nor has it ended. It said:\n{server.Log}");
            server.Client = new(server._http, address);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
    }
}
