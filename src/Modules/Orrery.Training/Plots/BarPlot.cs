using Orrery.Platform.Plots;

namespace Orrery.Training.Plots;

/// <summary>Horizontal bars, the longest first: feature importance, mean |SHAP|.</summary>
internal sealed record BarPlot(string Title, string Description, string XTitle, IReadOnlyList<(string Name, double Value)> Bars)
{
    private const int Width = 640;
    private const int MaxBars = 20;
    private const double RowHeight = 22;
    private const double Left = 200;

    public string Draw()
    {
        var bars = Bars.OrderByDescending(b => b.Value).ThenBy(b => b.Name, StringComparer.Ordinal).Take(MaxBars).ToList();
        var bottom = 44 + RowHeight * bars.Count;
        var svg = new SvgWriter(Width, (int)bottom + 50, Title, Description);
        var x = Scale.Around([0, .. bars.Select(b => b.Value)], Left, Width - 30);
        Axes.DrawHorizontal(svg, x, bottom, 40, XTitle);
        for (var i = 0; i < bars.Count; i++)
        {
            var top = 44 + RowHeight * i;
            svg.Text(Left - 8, top + 14, Labels.Shorten(bars[i].Name), "label", Anchor.End);
            svg.Rectangle(x[0], top + 3, Math.Max(0, x[bars[i].Value] - x[0]), RowHeight - 6, "first-fill", FormattableString.Invariant($"{bars[i].Name}: {bars[i].Value:G4}"));
        }

        return svg.Finish();
    }
}
