using System.Globalization;
using Spectre.Console;

namespace Orrery.Cli.Demo;

/// <summary>Tells the demo to a person: a heading for each step, then its facts, one a line.</summary>
internal sealed class Story(IAnsiConsole console)
{
    private int _step;

    /// <summary>Begins a step.</summary>
    public void Begin(string title, string sentence)
    {
        _step++;
        console.WriteLine();
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold yellow]{_step}[/]  [bold]{title}[/]  [grey]{sentence}[/]");
    }

    /// <summary>Tells a fact; markup is allowed, values are escaped.</summary>
    public void Fact(FormattableString text)
    {
        console.Markup("   ");
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, text);
    }

    /// <summary>Tells a verdict.</summary>
    public void Verdict(bool good, FormattableString text)
    {
        console.Markup(good ? "   [green]✓[/] " : "   [red]✗[/] ");
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, text);
    }

    /// <summary>Shows a bar with rate and remaining time while <paramref name="work"/> goes on.</summary>
    public async Task<T> ProgressAsync<T>(string what, double total, Func<Action<double>, Task<T>> work)
    {
        if (!console.Profile.Capabilities.Interactive)
            return await work(_ => { });
        return await console.Progress()
            .AutoClear(true).HideCompleted(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RateColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask($"   {Markup.Escape(what)}", maxValue: total);
                return await work(value => bar.Value = value);
            });
    }

    /// <summary>Shows a small table below a fact.</summary>
    public void Table(Table table) => console.Write(new Padder(table, new Padding(3, 0, 0, 0)));

    /// <summary>How many units a second.</summary>
    private sealed class RateColumn : ProgressColumn
    {
        public override Spectre.Console.Rendering.IRenderable Render(Spectre.Console.Rendering.RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Speed is { } speed ? string.Create(CultureInfo.InvariantCulture, $"{speed:N0}/s") : "", new Style(Color.Grey));
    }
}
