using System.CommandLine;
using Orrery.Server;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery up</c>: a server on this machine until Ctrl-C.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The folder that everything is kept in", DefaultValueFactory = _ => "orrery-data" };
        var address = new Option<string>("--address") { Description = "The IP address to listen on", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "The port of pages and HTTP APIs; gRPC takes the next one", DefaultValueFactory = _ => ServerOptions.DefaultHttpPort };
        var tokens = new Option<bool>("--require-tokens") { Description = "Every request needs an API token (needed to listen beyond this machine)" };
        var artifacts = new Option<string?>("--artifact-root")
        {
            Description = "The URI that MLflow clients put artifacts below (file:, s3: …); by default this server",
        };
        var database = DatabaseOption.Create();
        var command = new Command("up", "Start a server on this machine.\n\nExample: orrery up --data ~/orrery --port 5080") { data, database, address, port, tokens, artifacts };
        command.SetAction((parsed, cancellationToken) => Refusals.ShowAsync(async () =>
        {
            var records = database.Of(parsed);
            var app = OrreryServer.Build(new ServerOptions
            {
                Database = records,
                DataFolder = parsed.GetValue(data)!,
                Address = parsed.GetValue(address)!,
                HttpPort = parsed.GetValue(port),
                RequireTokens = parsed.GetValue(tokens),
                ArtifactRoot = parsed.GetValue(artifacts),
            });
            await using (app)
            {
                await RunningServer.StartAsync(app, cancellationToken);
                AnsiConsole.MarkupLineInterpolated($"Orrery is up at [link]{RunningServer.Address(app)}[/] with its data in [bold]{Path.GetFullPath(parsed.GetValue(data)!)}[/]{(records is null ? "" : " and PostgreSQL")}. Ctrl-C ends it.");
                await RunningServer.UntilEndAsync(app, cancellationToken);
            }

            return ExitCode.Ok;
        }));
        return command;
    }
}
