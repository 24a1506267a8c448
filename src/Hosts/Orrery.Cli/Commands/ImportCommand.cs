using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Import;
using Orrery.Import.Mlflow;
using Orrery.Import.Neptune;
using Orrery.Import.Wandb;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery import SYSTEM PLACE</c>: runs that another system recorded.</summary>
internal static class ImportCommand
{
    public static Command Create() => new("import", "Bring runs from another system. The same run is brought once, however often it is imported.\n\nExamples:\n  orrery import mlflow http://mlflow.internal:5000\n  orrery import mlflow ./mlruns\n  orrery import wandb ./wandb\n  orrery import neptune ./exports")
    {
        Mlflow(),
        Wandb(),
        Neptune(),
    };

    private static Command Mlflow()
    {
        var place = new Argument<string>("from") { Description = "A tracking server's address (http://user:password@host:5000), an mlruns folder, or an mlflow.db" };
        var files = new Option<string?>("--files") { Description = "Of an mlflow.db: the folder below which its artifacts lie. Default: the database's own" };
        var command = new Command("mlflow", "Runs of MLflow, with their own ids: parameters, tags, every metric point, artifacts.") { place, files };
        return Reading(command, (parsed, http) =>
        {
            var from = parsed.GetRequiredValue(place);
            if (Uri.TryCreate(from, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                return new MlflowServer(http, address!);
            return File.Exists(from) ? new MlflowDatabase(from, parsed.GetValue(files)) : new MlflowFolder(from);
        });
    }

    private static Command Wandb()
    {
        var folder = new Argument<string>("folder") { Description = "An offline-run-… folder, or the wandb folder that holds them" };
        return Reading(new("wandb", "Runs of Weights & Biases from the files that its client wrote.") { folder }, (parsed, _) => new OfflineRuns(parsed.GetRequiredValue(folder)));
    }

    private static Command Neptune()
    {
        var folder = new Argument<string>("folder") { Description = "What neptune-exporter wrote: the folder with data and files" };
        var files = new Option<string?>("--files") { Description = "Where the exporter put files, if not beside the data" };
        return Reading(new("neptune", "Runs of Neptune from the Parquet files of its exporter.") { folder, files }, (parsed, _) => new NeptuneExport(parsed.GetRequiredValue(folder), parsed.GetValue(files)));
    }

    private static Command Reading(Command command, Func<ParseResult, HttpClient, IRunSource> open)
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
                return await import(new Now<ImportReport>(report =>
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
                     ("parameters", report.Parameters), ("metric points", report.Points), ("files", report.Artifacts),
                 })
        {
            if (count > 0 || what == "runs")
                table.AddRow(what, count.ToString("N0", CultureInfo.InvariantCulture));
        }

        foreach (var (what, count) in report.Left)
            table.AddRow($"[yellow]left behind:[/] {Markup.Escape(what)}", count.ToString("N0", CultureInfo.InvariantCulture));
        return table;
    }

    /// <summary>Reports at once: <see cref="Progress{T}"/> would pass it on to another thread, and the last figures came after the end.</summary>
    private sealed class Now<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
