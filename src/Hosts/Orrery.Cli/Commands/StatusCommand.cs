using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Client;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery status</c>: how the server and what it serves stand.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var output = new OutputOption();
        var command = new Command("status", "Show endpoints, monitors and what runs.");
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var status = new Status(
                orrery.Server.ToString(), await orrery.Endpoints.ListAsync(cancellationToken), await orrery.Monitors.ListAsync(cancellationToken),
                (await orrery.Runs.ListAsync(status: "running", limit: 20, cancellationToken: cancellationToken)).Items);
            output.Write(parsed, status, Show);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Table Show(Status status)
    {
        var table = OutputOption.Columns("WHAT", "STATE", "");
        table.AddRow("server", "[green]up[/]", Markup.Escape(status.Server));
        foreach (var endpoint in status.Endpoints)
        {
            table.AddRow(
                Markup.Escape($"endpoint/{endpoint.Name}"), endpoint.Ready ? "[green]ready[/]" : "[yellow]not ready[/]",
                Markup.Escape(endpoint.Champion is { } champion
                    ? $"champion {champion.Number}{(endpoint.Canary is { } canary ? string.Create(CultureInfo.InvariantCulture, $", challenger {canary.Challenger} with {canary.Share} ({canary.Outcomes:N0} outcomes)") : "")}"
                    : endpoint.Reason ?? ""));
        }

        foreach (var monitor in status.Monitors)
            table.AddRow(Markup.Escape($"monitor/{monitor.Name}"), monitor.Health == "healthy" ? "[green]healthy[/]" : $"[yellow]{Markup.Escape(monitor.Health)}[/]", $"{monitor.OpenAlerts} open alerts");
        foreach (var run in status.Running)
            table.AddRow("run", "[yellow]running[/]", Markup.Escape($"{run.Kind} {run.Name} {run.Id}"));
        return table;
    }

    private sealed record Status(string Server, IReadOnlyList<EndpointStatus> Endpoints, IReadOnlyList<MonitorStatus> Monitors, IReadOnlyList<Run> Running);
}
