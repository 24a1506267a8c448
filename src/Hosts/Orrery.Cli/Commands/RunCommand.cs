using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery run PIPELINE</c>: starts a pipeline.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var pipeline = new Argument<string>("pipeline") { Description = "The declared pipeline" };
        var parameters = new Option<string[]>("--parameter", "-p") { Description = "name=value in place of a parameter's default; may be given several times" };
        var wait = new Option<bool>("--wait") { Description = "Show its progress until it has ended; the exit code tells whether it succeeded" };
        var output = new OutputOption();
        var command = new Command("run", "Start a pipeline.\n\nExamples:\n  orrery run train-flights --wait\n  orrery run train-flights -p trials=3 -p from=2001-01-08T00:00:00Z --wait") { pipeline, parameters, wait };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var values = (parsed.GetValue(parameters) ?? []).Select(Parameter).ToDictionary(pair => pair.Name, pair => pair.Value);
            var status = await orrery.Pipelines.StartAsync(parsed.GetRequiredValue(pipeline), values, cancellationToken);
            if (parsed.GetValue(wait))
                status = await PipelineWatch.UntilEndAsync(orrery, status.Run.Id, cancellationToken);
            output.Write(parsed, status, Show);
            return status.Run.Status is "failed" or "cancelled" ? ExitCode.Refused : ExitCode.Ok;
        });
        return command;
    }

    private static (string Name, string Value) Parameter(string text) => text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
        ? (text[..at], text[(at + 1)..])
        : throw new InvalidException($"Expected name=value, got '{text}'.");

    private static Table Show(PipelineStatus status)
    {
        var table = OutputOption.Columns("STEP", "USES", "STATUS", "SECONDS", "");
        table.AddRow(Markup.Escape(status.Run.Pipeline), "", Markup.Escape(status.Run.Status), "", status.Run.Id.ToString());
        foreach (var step in status.Steps)
        {
            table.AddRow(
                Markup.Escape($"  {step.Name}"), Markup.Escape(step.Uses), Markup.Escape(step.Status + (step.Cached ? " (cached)" : "")),
                step is { StartedAt: { } start, EndedAt: { } end } ? (end - start).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) : "",
                Markup.Escape(step.Reason ?? ""));
        }

        return table;
    }
}
