using Orrery.Platform.Plots;

namespace Orrery.Training.Plots;

/// <summary>The attributions of one input over some rows.</summary>
/// <param name="Name">The input.</param>
/// <param name="Attributions">A SHAP value a row.</param>
/// <param name="Values">The input's value in the same row as a number for the colour; NaN where it is missing or not a number.</param>
internal sealed record SwarmRow(string Name, IReadOnlyList<double> Attributions, IReadOnlyList<double> Values);

/// <summary>
/// SHAP's summary picture: a row an input, by mean |SHAP|; a dot a prediction, to the right where it raised the score; the colour is the
/// input's value by its rank, so that one outlier does not take all of the scale.
/// </summary>
internal sealed record BeeswarmPlot(string Title, string Description, IReadOnlyList<SwarmRow> Rows)
{
    private const int Width = 720;
    private const int MaxRows = 16;
    private const double RowHeight = 30;
    private const double Left = 210;
    private const double Slot = 3.2; // pixels that dots of one stack share
    private const double Pile = 2.2; // pixels from one dot of a stack to the next

    public string Draw()
    {
        var rows = Rows.OrderByDescending(r => r.Attributions.Sum(Math.Abs)).ThenBy(r => r.Name, StringComparer.Ordinal).Take(MaxRows).ToList();
        var bottom = 44 + RowHeight * rows.Count;
        var svg = new SvgWriter(Width, (int)bottom + 72, Title, Description);
        var x = Scale.Around([0, .. rows.SelectMany(r => r.Attributions)], Left, Width - 30);
        Axes.DrawHorizontal(svg, x, bottom, 40, "SHAP value: effect on the log-odds");
        svg.Line(x[0], 40, x[0], bottom, "axis");
        for (var i = 0; i < rows.Count; i++)
        {
            var middle = 44 + RowHeight * (i + 0.5);
            svg.Text(Left - 8, middle + 4, Labels.Shorten(rows[i].Name), "label", Anchor.End);
            DrawSwarm(svg, x, middle, rows[i]);
        }

        DrawLegend(svg, bottom + 58);
        return svg.Finish();
    }

    private static void DrawSwarm(SvgWriter svg, Scale x, double middle, SwarmRow row)
    {
        var steps = Steps(row.Values);
        var stacks = new Dictionary<int, int>();
        var dots = new List<(double X, double Y)>[PlotTheme.ValueSteps + 1];
        for (var i = 0; i < row.Attributions.Count; i++)
        {
            var at = x[row.Attributions[i]];
            var slot = (int)(at / Slot);
            var height = stacks[slot] = stacks.GetValueOrDefault(slot) + 1;
            // 0, +1, −1, +2, −2 … around the middle, wrapped where a stack is higher than its row
            var offset = (height % 2 == 0 ? 1 : -1) * (height / 2) * Pile % (RowHeight / 2 - 2);
            (dots[steps[i]] ??= []).Add((at, middle + offset));
        }

        for (var step = 0; step < dots.Length; step++)
        {
            if (dots[step] is { } some)
                svg.Dots(some, Style(step));
        }
    }

    private static void DrawLegend(SvgWriter svg, double y)
    {
        svg.Text(Left, y, "value: low", "note");
        for (var step = 0; step < PlotTheme.ValueSteps; step++)
            svg.Dots([(Left + 66 + step * 9, y - 4)], Style(step));
        svg.Text(Left + 132, y, "high", "note");
        svg.Dots([(Left + 190, y - 4)], Style(PlotTheme.ValueSteps));
        svg.Text(Left + 200, y, "missing or text", "note");
    }

    private static string Style(int step) => step == PlotTheme.ValueSteps ? "none" : FormattableString.Invariant($"v{step}");

    private static int[] Steps(IReadOnlyList<double> values)
    {
        var sorted = values.Where(v => !double.IsNaN(v)).Order().ToArray();
        return [.. values.Select(value =>
        {
            if (double.IsNaN(value))
                return PlotTheme.ValueSteps;
            var first = Array.BinarySearch(sorted, value);
            while (first > 0 && sorted[first - 1] == value)
                first--;
            return Math.Min(PlotTheme.ValueSteps - 1, first * PlotTheme.ValueSteps / sorted.Length);
        })];
    }
}
