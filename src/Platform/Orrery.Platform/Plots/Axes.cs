namespace Orrery.Platform.Plots;

/// <summary>Grid, ticks and titles of a pair of scales; the vertical one runs from bottom to top.</summary>
public static class Axes
{
    public static void Draw(SvgWriter svg, Scale x, Scale y, string xTitle, string yTitle)
    {
        foreach (var (value, label) in y.Ticks())
        {
            svg.Line(x.From, y[value], x.To, y[value], "grid");
            svg.Text(x.From - 6, y[value] + 4, label, "tick", Anchor.End);
        }

        DrawHorizontal(svg, x, y.From, y.To, xTitle);
        svg.Text(16, (y.From + y.To) / 2, yTitle, "label", Anchor.Middle, rotate: -90);
    }

    /// <summary>The horizontal scale alone, for pictures whose rows are names.</summary>
    public static void DrawHorizontal(SvgWriter svg, Scale x, double bottom, double top, string title)
    {
        foreach (var (value, label) in x.Ticks())
        {
            svg.Line(x[value], top, x[value], bottom, "grid");
            svg.Text(x[value], bottom + 16, label, "tick", Anchor.Middle);
        }

        svg.Line(x.From, bottom, x.To, bottom, "axis");
        svg.Text((x.From + x.To) / 2, bottom + 34, title, "label", Anchor.Middle);
    }
}
