using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Orrery.Benchmarks.Reporting;

/// <summary>Gathers figures, tells a person how it goes, and writes them down.</summary>
internal sealed class Report(string benchmark, Machine machine)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    private const int RedirectedWidth = 160;

    private readonly List<Comparison> _figures = [];
    private readonly IAnsiConsole _console = AnsiConsole.Console;
    private readonly List<string> _leftOut = [];

    public Machine Machine => machine;

    /// <summary>Whether nothing was left out and every goal was reached.</summary>
    public bool IsWhole => _leftOut.Count == 0 && _figures.All(figure => figure.Met != false);

    public void Begin(bool quick)
    {
        // A pipe has no width of its own, and 80 columns would cut the table to pieces.
        if (Console.IsOutputRedirected)
            _console.Profile.Width = RedirectedWidth;
        _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold]{benchmark}[/] on {machine.Cpu}, {machine.Cores} cores, {machine.Runtime}, commit {machine.Commit}");
        if (machine.LoadAverage > 0.5)
            _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[yellow]The load average is {machine.LoadAverage:0.0}: others work on this machine, so times and ratios say little.[/]");
        if (quick)
            _console.MarkupLine("[yellow]A quick run: small data, few and short rounds. It measures nothing.[/]");
    }

    /// <summary>Says what happens now.</summary>
    public void Say(FormattableString text) => _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[grey]{text.ToString(CultureInfo.InvariantCulture)}[/]");

    /// <summary>Takes a figure, and says it.</summary>
    public void Add(Comparison figure)
    {
        _figures.Add(figure);
        _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  {figure.Name}: [bold]{Number(figure.Median)} {figure.Unit}[/], {figure.Peer} {Number(figure.PeerMedian)}");
    }

    /// <summary>Says why a part was not measured.</summary>
    public void LeaveOut(string part, string why)
    {
        _leftOut.Add($"{part}: {why}");
        _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]LEFT OUT: {part}, since {why}[/]");
    }

    /// <summary>The table at the end.</summary>
    public void Show()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("figure").AddColumn(new TableColumn("ours").RightAligned())
            .AddColumn(new TableColumn("peer").RightAligned()).AddColumn("unit").AddColumn(new TableColumn("ratio").RightAligned()).AddColumn("goal").AddColumn("which peer");
        foreach (var figure in _figures)
        {
            table.AddRow(
                Markup.Escape(figure.Name), $"[bold]{Number(figure.Median)}[/]", Number(figure.PeerMedian), Markup.Escape(figure.Unit), Number(figure.Ratio),
                figure.Met switch { null => "", true => $"[green]✓ {Markup.Escape(figure.Goal!.Text)}[/]", false => $"[red]✗ {Markup.Escape(figure.Goal!.Text)}[/]" },
                Markup.Escape(figure.Peer));
        }

        _console.WriteLine();
        _console.Write(table);
        foreach (var one in _leftOut)
            _console.MarkupLineInterpolated($"[red]LEFT OUT: {one}[/]");
    }

    /// <summary>Writes every round's values, so that others can make of them what they want. Figures of <paramref name="before"/> that were not measured now stay.</summary>
    public void Write(string path, bool quick, KeptFigures? before = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".new";
        using (var file = File.Create(temporary))
        using (var json = new Utf8JsonWriter(file, Indented))
        {
            json.WriteStartObject();
            json.WriteString("benchmark", benchmark);
            json.WriteBoolean("quick", quick);
            json.WritePropertyName("machine");
            JsonSerializer.Serialize(json, new { machine.Cpu, machine.Cores, machine.MemoryMiB, machine.Runtime, machine.OperatingSystem, machine.Commit, machine.LoadAverage }, JsonSerializerOptions.Web);
            json.WriteStartArray("figures");
            foreach (var figure in _figures)
                JsonSerializer.Serialize(json, new
                {
                    figure.Name,
                    figure.Unit,
                    figure.Peer,
                    figure.Median,
                    figure.PeerMedian,
                    figure.Ratio,
                    Goal = figure.Goal?.Text,
                    figure.Met,
                    figure.Ours,
                    figure.Theirs,
                    machine.Commit,
                    machine.LoadAverage,
                }, JsonSerializerOptions.Web);
            before?.WriteOthers(json, _figures);
            json.WriteEndArray();
            json.WriteStartArray("leftOut");
            foreach (var one in _leftOut)
                json.WriteStringValue(one);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        File.Move(temporary, path, overwrite: true);
        _console.MarkupLineInterpolated($"Written to {path}");
    }

    /// <summary>Three digits that count.</summary>
    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
