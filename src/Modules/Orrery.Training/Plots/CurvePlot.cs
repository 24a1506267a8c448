namespace Orrery.Training.Plots;

/// <summary>A line of a <see cref="CurvePlot"/>.</summary>
/// <param name="Name">What the legend says: <c>lightgbm, AUC 0.734</c>.</param>
/// <param name="Points">From left to right.</param>
/// <param name="Marked">Whether each point gets a dot: for curves of few points.</param>
internal sealed record CurveSeries(string Name, IReadOnlyList<(double X, double Y)> Points, bool Marked = false);

/// <summary>One or two curves over the unit square: ROC, precision–recall, calibration.</summary>
internal sealed record CurvePlot(string Title, string Description, string XTitle, string YTitle, IReadOnlyList<CurveSeries> Series)
{
    private const int Width = 480;
    private const int Height = 462;

    /// <summary>A dashed line that shows what a model without skill, or a perfectly calibrated one, does.</summary>
    public ((double X, double Y) From, (double X, double Y) To)? Reference { get; init; }

    public string Draw()
    {
        var svg = new SvgWriter(Width, Height, Title, Description);
        var x = new LinearScale(0, 1, 60, 460);
        var y = new LinearScale(0, 1, 370, 40);
        Axes.Draw(svg, x, y, XTitle, YTitle);
        if (Reference is { } line)
            svg.Line(x[line.From.X], y[line.From.Y], x[line.To.X], y[line.To.Y], "reference");
        for (var i = 0; i < Series.Count; i++)
        {
            var style = PlotTheme.Series(i);
            svg.Polyline(Series[i].Points.Select(p => (x[p.X], y[p.Y])), style);
            foreach (var point in Series[i].Marked ? Series[i].Points : [])
                svg.Circle(x[point.X], y[point.Y], 3.5, style + "-fill", FormattableString.Invariant($"{point.X:0.000} → {point.Y:0.000}"));
            svg.Line(68, 426 + i * 20, 96, 426 + i * 20, style);
            svg.Text(102, 430 + i * 20, Series[i].Name, "label");
        }

        return svg.Finish();
    }
}
