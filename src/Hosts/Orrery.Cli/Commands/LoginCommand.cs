using System.CommandLine;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery login SERVER</c>: checks a token and remembers it.</summary>
internal static class LoginCommand
{
    public static Command Create()
    {
        var server = new Argument<string>("server") { Description = "The server's address" };
        var command = new Command("login", "Remember a server and the token for it, read from standard input.\n\nExample: orrery login https://orrery.example.org < token.txt") { server };
        command.SetAction((parsed, cancellationToken) => Refusals.ShowAsync(async () =>
        {
            if (!Uri.TryCreate(parsed.GetRequiredValue(server), UriKind.Absolute, out var address))
                throw new InvalidException($"Expected an address such as https://orrery.example.org, got '{parsed.GetRequiredValue(server)}'.");
            var token = Console.IsInputRedirected
                ? (await Console.In.ReadToEndAsync(cancellationToken)).Trim()
                : await AnsiConsole.PromptAsync(new TextPrompt<string>("Token:").Secret(), cancellationToken);
            using var http = new HttpClient(new SocketsHttpHandler());
            var me = await new OrreryClient(http, address, token).Tokens.WhoAmIAsync(cancellationToken);
            new Credentials(address.ToString(), token).Write();
            AnsiConsole.MarkupLineInterpolated($"You are [bold]{me.Actor}[/], {me.Role} in workspace {me.Workspace}.");
            return ExitCode.Ok;
        }));
        return command;
    }
}
