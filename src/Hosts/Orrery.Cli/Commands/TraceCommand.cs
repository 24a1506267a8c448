using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Client;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery trace list|show</c>: what applications did, request by request.</summary>
internal static class TraceCommand
{
    private const int BarWidth = 40;

    public static Command Create() => new("trace", "Look at traces.\n\nExample: orrery trace list --filter \"status = 'ERROR'\"") { List(), Show() };

    private static Command List()
    {
        var folder = new Option<string?>("--folder", "-f") { Description = "Of one folder (experiment) alone" };
        var filter = new Option<string?>("--filter") { Description = "Conditions joined by AND, such as: status = 'ERROR' AND span.type = 'TOOL'" };
        var limit = new Option<int>("--limit") { Description = "How many at most", DefaultValueFactory = _ => 20 };
        var output = new OutputOption();
        var command = new Command("list", "List traces, the newest first.\n\nExample: orrery trace list --filter \"trace.text ILIKE '%refund%'\"") { folder, filter, limit };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var page = await orrery.Traces.ListAsync(parsed.GetValue(folder), parsed.GetValue(filter), parsed.GetValue(limit), cancellationToken: cancellationToken);
            output.Write(parsed, page.Items, Table);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Show()
    {
        var which = new Argument<string>("trace") { Description = "The id of a trace, with or without 'tr-'" };
        var output = new OutputOption();
        var command = new Command("show", "Show a trace's spans along time.\n\nExample: orrery trace show 5b8efff798038103d269b633813fc60c") { which };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var trace = await orrery.Traces.GetAsync(parsed.GetRequiredValue(which), cancellationToken);
            if (output.Of(parsed) == OutputFormat.Table)
                Head(trace.Trace);
            output.Write(parsed, trace, Waterfall);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Table Table(IReadOnlyList<TraceSummary> traces)
    {
        var table = OutputOption.Columns("TRACE", "NAME", "FOLDER", "STATE", "BEGAN", "TOOK", "SPANS", "TOKENS");
        foreach (var trace in traces)
        {
            table.AddRow(
                Text(trace.Id), Text(trace.Name ?? ""), Text(trace.Folder), State(trace.State), trace.StartedAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                Took(trace.Milliseconds), trace.Spans.ToString("N0", CultureInfo.InvariantCulture), trace.Tokens?.ToString("N0", CultureInfo.InvariantCulture) ?? "");
        }

        return table;
    }

    private static void Head(TraceSummary trace)
    {
        AnsiConsole.MarkupLine($"[bold]{Text(trace.Name ?? trace.Id)}[/] {State(trace.State)} {Took(trace.Milliseconds)} in {Text(trace.Folder)}, {trace.StartedAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}");
        if (trace.Asked is { } asked)
            AnsiConsole.MarkupLine($"[grey]asked[/]    {Text(Line(asked))}");
        if (trace.Answered is { } answered)
            AnsiConsole.MarkupLine($"[grey]answered[/] {Text(Line(answered))}");
    }

    private static Table Waterfall(TraceDetail trace)
    {
        var table = OutputOption.Columns("SPAN", "TYPE", "TOOK", "ALONG TIME");
        var whole = trace.Spans.Select(span => span.Offset + (span.Milliseconds ?? 0)).DefaultIfEmpty().Max();
        foreach (var span in trace.Spans)
        {
            var color = span.Status == "error" ? "red" : "blue";
            table.AddRow(
                new string(' ', 2 * Math.Min(span.Depth, 20)) + Text(span.Name), Text(span.Type ?? ""), Took(span.Milliseconds),
                $"[{color}]{SpanBar.Of(span.Offset, span.Milliseconds ?? whole - span.Offset, whole, BarWidth)}[/]{(span.Message is { } why ? " " + Text(Line(why)) : "")}");
        }

        return table;
    }

    private static string State(string state) => state switch
    {
        "ok" => "[green]ok[/]",
        "error" => "[red]error[/]",
        "inProgress" => "[yellow]goes on[/]",
        _ => "",
    };

    private static string Took(double? milliseconds) => milliseconds switch
    {
        null => "…",
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.##} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.##} s"),
    };

    private static string Line(string text) => text.Length > 100 ? text[..100].ReplaceLineEndings(" ") + "…" : text.ReplaceLineEndings(" ");

    private static string Text(string text) => Markup.Escape(PlainText.Of(text));
}
