using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Import;
using Spectre.Console;

namespace Orrery.Cli;

/// <summary>A command that brings runs to the server: its progress, and its report.</summary>
internal static class ImportRun
{
    /// <summary>Makes a command bring what <paramref name="open"/> opens.</summary>
    public static Command Reading(Command command, Func<ParseResult, HttpClient, IRunSource> open)
    {
        var output = new OutputOption();
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
            await using var source = open(parsed, http);
            var report = await ShowProgressAsync(await source.CountAsync(cancellationToken), progress => new RunImport(orrery).BringAsync(source, progress, cancellationToken));
            output.Write(parsed, report, Show);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<ImportReport> ShowProgressAsync(long? count, Func<IProgress<ImportReport>, Task<ImportReport>> import)
    {
        // On standard error: a table or JSON on standard output can be piped on.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("Importing runs …", maxValue: Math.Max(1, count ?? 1));
                task.IsIndeterminate = count is null;
                return await import(new Immediate<ImportReport>(report =>
                {
                    task.Value = report.Runs + report.RunsThere;
                    task.Description = string.Create(CultureInfo.InvariantCulture, $"{report.Runs + report.RunsThere:N0} runs, {report.Points:N0} points, {report.Artifacts:N0} files");
                }));
            });
    }

    private static Table Show(ImportReport report)
    {
        var table = OutputOption.Columns("IMPORTED", "");
        foreach (var (what, count) in new[]
                 {
                     ("runs", report.Runs), ("runs that were there already", report.RunsThere), ("of them without an end; import again when they have one", report.RunsOpen),
                     ("parameters", report.Parameters), ("metric points", report.Points), ("files", report.Artifacts), ("datasets of runs", report.Datasets),
                     ("registered models", report.Models), ("their versions", report.Versions),
                 })
        {
            if (count > 0 || what == "runs")
                table.AddRow(what, count.ToString("N0", CultureInfo.InvariantCulture));
        }

        foreach (var (what, count) in report.Left)
            table.AddRow($"[yellow]left behind:[/] {Markup.Escape(what)}", count.ToString("N0", CultureInfo.InvariantCulture));
        return table;
    }
}
