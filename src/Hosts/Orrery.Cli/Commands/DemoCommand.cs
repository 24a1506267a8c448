using System.CommandLine;
using Orrery.Cli.Demo;
using Orrery.Server;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery demo</c>: the whole loop on real flights.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var data = new Option<string>("--data") { Description = "The folder that everything is kept in", DefaultValueFactory = _ => "orrery-demo" };
        var database = DatabaseOption.Create();
        var port = new Option<int>("--port") { Description = "The port of pages and APIs; 0 takes a free one", DefaultValueFactory = _ => ServerOptions.DefaultHttpPort };
        var exit = new Option<bool>("--exit") { Description = "End when the story is told, instead of keeping the server up" };
        var json = new Option<string?>("--json") { Description = "Write the facts of every step to this file" };
        var fast = new Option<bool>("--fast") { Description = "Fewer weeks and trials" };
        var command = new Command("demo", "Watch a real model live its whole life: ingest, validate, features, train, gate, serve, monitor, heal, explain.\n\nExample: orrery demo --exit --json facts.json")
        {
            data, database, port, exit, json, fast,
        };
        command.SetAction((parsed, cancellationToken) => Refusals.ShowAsync(() => DemoRun.RunAsync(
            new(parsed.GetValue(data)!, parsed.GetValue(port), parsed.GetValue(fast), parsed.GetValue(exit), parsed.GetValue(json)), database.Of(parsed), cancellationToken)));
        return command;
    }
}
