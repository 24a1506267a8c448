using System.CommandLine;
using Orrery.Client;
using Orrery.Kernel;
using Orrery.Server;
using Spectre.Console;

namespace Orrery.Cli;

/// <summary>The options of every command that talks to a server, and the talking.</summary>
internal sealed class ServerConnection
{
    private readonly Option<string?> _server = new("--server") { Description = "The server's address. Default: ORRERY_SERVER, else where you logged in, else http://127.0.0.1:5080." };
    private readonly Option<string?> _workspace = new("--workspace", "-w") { Description = "The workspace. Default: ORRERY_WORKSPACE, else 'default'." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_workspace);
    }

    /// <summary>Makes <paramref name="action"/> what the command does; a refusal becomes a readable message and an exit code.</summary>
    public void Handle(Command command, Func<ParseResult, OrreryClient, CancellationToken, Task<int>> action)
    {
        AddTo(command);
        command.SetAction((parsed, cancellationToken) => Refusals.ShowAsync(async () =>
        {
            using var http = new HttpClient(new SocketsHttpHandler());
            http.Timeout = Timeout.InfiniteTimeSpan; // uploads and waiting take as long as they take; Ctrl-C ends them
            return await action(parsed, Connect(parsed, http), cancellationToken);
        }));
    }

    private OrreryClient Connect(ParseResult parsed, HttpClient http)
    {
        var stored = Credentials.Read();
        var address = parsed.GetValue(_server) ?? Environment.GetEnvironmentVariable("ORRERY_SERVER") ?? stored?.Server
            ?? $"http://127.0.0.1:{ServerOptions.DefaultHttpPort}";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
            throw new InvalidException($"Expected an address such as http://127.0.0.1:5080, got '{address}'.");
        // A stored token goes only to the server that it was given for.
        var token = Environment.GetEnvironmentVariable("ORRERY_TOKEN") ?? (stored is not null && new Uri(stored.Server) == server ? stored.Token : null);
        return new(http, server, token, parsed.GetValue(_workspace) ?? Environment.GetEnvironmentVariable("ORRERY_WORKSPACE"));
    }
}

/// <summary>Shows refusals to people.</summary>
internal static class Refusals
{
    /// <summary>Runs <paramref name="action"/>; what it throws is written to standard error and becomes the exit code.</summary>
    public static async Task<int> ShowAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Cancelled;
        }
        catch (OrreryException refusal)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            console.MarkupLineInterpolated($"[red]{refusal.Code}:[/] {refusal.Message}");
            foreach (var (place, problem) in (refusal as InvalidException)?.Errors ?? new Dictionary<string, string>())
                console.MarkupLineInterpolated($"  [yellow]{place}[/] {problem}");
            return refusal.Code == ErrorCode.Unavailable ? ExitCode.Unavailable : ExitCode.Refused;
        }
    }
}
