using System.Diagnostics;
using Orrery.Cli.Demo.Steps;
using Orrery.Client;
using Orrery.Server;
using Spectre.Console;

namespace Orrery.Cli.Demo;

/// <summary>Starts a server in this process and lets a real model live its whole life on it.</summary>
internal static class DemoRun
{
    private static readonly IDemoStep[] Steps =
    [
        new IngestStep(), new ValidateStep(), new FeaturesStep(), new TrainStep(), new RegisterStep(), new ServeStep(), new LiveStep(), new HealStep(), new ExplainStep(),
    ];

    public static async Task<int> RunAsync(DemoOptions options, string? database, CancellationToken cancellationToken)
    {
        var console = AnsiConsole.Console;
        // The story is told in sentences; what the server logs besides is for its operators.
        await using var app = OrreryServer.Build(
            new ServerOptions { DataFolder = options.DataFolder, HttpPort = options.HttpPort, Database = database }, builder => builder.Logging.SetMinimumLevel(LogLevel.Error));
        await RunningServer.StartAsync(app, cancellationToken);
        var address = RunningServer.Address(app);
        console.MarkupLineInterpolated($"[bold]Orrery[/] is up at [link]{address}[/], with its data in {Path.GetFullPath(options.DataFolder)}.");

        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        var orrery = new OrreryClient(http, address);
        var facts = new DemoFacts();
        await TellAsync(options, orrery, console, facts, cancellationToken);
        if (options.JsonFile is { } file)
            await facts.WriteAsync(file, cancellationToken);
        if (!options.Exit && facts.Ok)
        {
            console.WriteLine();
            console.MarkupLineInterpolated($"Everything of this is at [link]{address}[/] now. Ctrl-C ends the server; 'orrery up --data {options.DataFolder}' brings it back.");
            await RunningServer.UntilEndAsync(app, cancellationToken);
        }
        else
        {
            await app.StopAsync(CancellationToken.None);
        }

        return facts.Ok ? ExitCode.Ok : ExitCode.Refused;
    }

    private static async Task TellAsync(DemoOptions options, OrreryClient orrery, IAnsiConsole console, DemoFacts facts, CancellationToken cancellationToken)
    {
        var story = new Story(console);
        var sample = new FlightsSample();
        var whole = Stopwatch.StartNew();
        foreach (var step in Steps)
        {
            story.Begin(step.Title, step.Sentence);
            var context = new DemoContext(options, orrery, sample, story);
            var clock = Stopwatch.StartNew();
            var ok = await step.RunAsync(context, cancellationToken);
            facts.Add(new(step.Name, ok, clock.Elapsed.TotalSeconds, context.Figures));
            if (!ok)
            {
                story.Verdict(false, $"This step did not come out as it should, so the story ends here.");
                return;
            }
        }

        console.WriteLine();
        story.Fact($"[grey]The whole took {whole.Elapsed.TotalSeconds:0} seconds.[/]");
    }
}
