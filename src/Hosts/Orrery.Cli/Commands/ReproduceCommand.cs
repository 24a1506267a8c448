using System.CommandLine;
using Orrery.Cli.Output;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery reproduce RUN</c>: runs a run again and says which outputs are the same to the byte.</summary>
internal static class ReproduceCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var which = new Argument<string>("run") { Description = "The id of a run" };
        var output = new OutputOption().WithJson();
        var command = new Command(
            "reproduce",
            "Run a run again, with the same inputs, seed and parameters, and compare its outputs by digest. Ends with 0 where all are the same.\n\nExample: orrery reproduce 01a20ae2239473daacdf76a6165f67c9 --json")
        {
            which,
        };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var text = parsed.GetRequiredValue(which);
            var run = RunId.TryParse(text, out var id) ? id : throw new InvalidException($"Expected a run's id of 32 hexadecimal digits, got '{text}'.");
            var started = await orrery.Runs.ReproduceAsync(run, cancellationToken);
            var reports = new List<ReproductionReport>();
            foreach (var again in started.Runs)
                reports.Add(await UntilEndAsync(orrery, again, cancellationToken));
            output.Write(parsed, new Reproduced(reports, started.Left), Table);
            return reports.TrueForAll(report => report.Identical) ? ExitCode.Ok : ExitCode.Refused;
        });
        return command;
    }

    private static async Task<ReproductionReport> UntilEndAsync(OrreryClient orrery, RunId run, CancellationToken cancellationToken)
    {
        ReproductionReport report;
        while (!(report = await orrery.Runs.ReproductionAsync(run, cancellationToken)).HasEnded)
            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
        return report;
    }

    private static Table Table(Reproduced reproduced)
    {
        var table = OutputOption.Columns("OUTPUT", "", "ORIGINAL", "REPRODUCED");
        foreach (var report in reproduced.Reports)
        {
            table.AddRow(
                Markup.Escape($"{report.Kind} {report.Original}"), report.Identical ? "[green]identical[/]" : $"[red]{Markup.Escape(report.Status == "finished" ? "different" : report.Status)}[/]", "", report.Run.ToString());
            if (report.Error is { } error)
                table.AddRow(Markup.Escape($"  {error}"), "", "", "");
            foreach (var one in report.Outputs)
                table.AddRow(Markup.Escape($"  {one.Path}"), one.Verdict == "identical" ? "identical" : $"[red]{one.Verdict}[/]", one.Original?.Short ?? "", one.Reproduced?.Short ?? "");
            foreach (var difference in report.Environment)
                table.AddRow(Markup.Escape($"  {difference.Name}"), "[yellow]was otherwise[/]", Markup.Escape(Short(difference.Original)), Markup.Escape(Short(difference.Reproduced)));
        }

        foreach (var left in reproduced.Left)
            table.AddRow(Markup.Escape($"{left.Kind} {left.Run}"), "not run again", Markup.Escape(left.Reason), "");
        return table;
    }

    private static string Short(string? text) => text is null ? "" : text.Length <= 40 ? text : text[..40] + "…";

    /// <summary>What is written.</summary>
    private sealed record Reproduced(IReadOnlyList<ReproductionReport> Reports, IReadOnlyList<LeftRun> Left);
}
