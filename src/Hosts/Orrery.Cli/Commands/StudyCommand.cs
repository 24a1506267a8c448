using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orrery.Cli.Output;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery study run|show|stop</c>: searches for the best parameters.</summary>
internal static class StudyCommand
{
    private const int MostShown = 20;

    public static Command Create() => new("study", "Search for the best parameters.\n\nExamples: orrery study run flights-rate --wait\n          orrery study show flights-rate")
    {
        Run(), Show(), Stop(),
    };

    private static Command Run()
    {
        var study = new Argument<string>("study") { Description = "The declared study" };
        var wait = new Option<bool>("--wait") { Description = "Show its progress until it has ended; the exit code tells whether it succeeded" };
        var output = new OutputOption();
        var command = new Command("run", "Start a run of a study.") { study, wait };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var status = await orrery.Studies.StartAsync(parsed.GetRequiredValue(study), cancellationToken);
            if (parsed.GetValue(wait))
                status = await StudyWatch.UntilEndAsync(orrery, status.Run, cancellationToken);
            Write(parsed, output, status);
            return status.Status is "failed" or "cancelled" ? ExitCode.Refused : ExitCode.Ok;
        });
        return command;
    }

    private static Command Show()
    {
        var study = Which();
        var output = new OutputOption();
        var command = new Command("show", "How a study stands: its best trial, and of several objectives those that no other beats.") { study };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            Write(parsed, output, await orrery.Studies.GetAsync(await FindAsync(orrery, parsed.GetRequiredValue(study), cancellationToken), cancellationToken));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Stop()
    {
        var study = Which();
        var command = new Command("stop", "End a run of a study; what it has found stays.") { study };
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            await orrery.Studies.StopAsync(await FindAsync(orrery, parsed.GetRequiredValue(study), cancellationToken), cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Argument<string> Which() => new("study") { Description = "A study, for its latest run; or the id of a run" };

    private static async Task<RunId> FindAsync(OrreryClient orrery, string text, CancellationToken cancellationToken)
    {
        if (RunId.TryParse(text, out var run))
            return run;
        return (await orrery.Studies.ListAsync(text, cancellationToken: cancellationToken)).Items is [var latest, ..]
            ? latest.Id
            : throw new NotFoundException($"The study '{text}' has no run yet; start one with 'orrery study run {text}'.");
    }

    private static void Write(ParseResult parsed, OutputOption output, StudyStatus status)
    {
        var counts = status.Counts;
        if (output.Of(parsed) == OutputFormat.Table)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{status.Study}: {status.Status}, run {status.Run}; {counts.Complete} complete, {counts.Pruned} pruned, {counts.Failed} failed, {counts.Running} running of {status.Trials}{(status.Error is { } error ? $". {error}" : "")}"));
        }

        output.Write(parsed, status, Table);
    }

    private static Table Table(StudyStatus status)
    {
        var names = status.Space.Select(p => p.Name).ToList();
        var table = OutputOption.Columns(["TRIAL", .. status.Objectives.Select(o => Markup.Escape(o.Metric)), .. names.Select(Markup.Escape), "RUN"]);
        foreach (var trial in status.Best.Take(MostShown))
        {
            table.AddRow([
                trial.Number.ToString(CultureInfo.InvariantCulture), .. trial.Values.Select(v => v.ToString("G6", CultureInfo.InvariantCulture)),
                .. names.Select(name => trial.Parameters.TryGetValue(name, out var value) ? Markup.Escape(Text(value)) : ""), trial.Run?.ToString() ?? "of an earlier study",
            ]);
        }

        return table;
    }

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDouble().ToString("G6", CultureInfo.InvariantCulture) : value.ToString();
}
