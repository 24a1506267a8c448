namespace Orrery.Platform.Plots;

/// <summary>A line of a <see cref="CurvePlot"/>.</summary>
/// <param name="Name">What the legend says: <c>lightgbm, AUC 0.734</c>.</param>
/// <param name="Points">From left to right.</param>
/// <param name="Marked">Whether each point gets a dot: for curves of few points.</param>
public sealed record CurveSeries(string Name, IReadOnlyList<(double X, double Y)> Points, bool Marked = false);

/// <summary>Some curves over one pair of scales: over the unit square (ROC, precision–recall, calibration), unless others are given. Six at most differ in colour.</summary>
/// <param name="Title">What stands above.</param>
/// <param name="Description">What a screen reader says.</param>
/// <param name="XTitle">What lies along.</param>
/// <param name="YTitle">What lies upwards.</param>
/// <param name="Series">The curves.</param>
public sealed record CurvePlot(string Title, string Description, string XTitle, string YTitle, IReadOnlyList<CurveSeries> Series)
{
    private const int Width = 480;
    private const int Legend = 426;
    private const int LegendRow = 20;

    /// <summary>The pixels where the horizontal scale begins and ends.</summary>
    public static (double From, double To) Horizontal => (60, 460);

    /// <summary>The pixels where the vertical scale begins, at the bottom, and ends.</summary>
    public static (double From, double To) Vertical => (370, 40);

    /// <summary>The scale along.</summary>
    public Scale X { get; init; } = new(0, 1, Horizontal.From, Horizontal.To);

    /// <summary>The scale upwards.</summary>
    public Scale Y { get; init; } = new(0, 1, Vertical.From, Vertical.To);

    /// <summary>A dashed line that shows what a model without skill, or a perfectly calibrated one, does.</summary>
    public ((double X, double Y) From, (double X, double Y) To)? Reference { get; init; }

    /// <summary>The picture as SVG.</summary>
    public string Draw()
    {
        var svg = new SvgWriter(Width, Math.Max(462, Legend + LegendRow * Series.Count - 4), Title, Description);
        Axes.Draw(svg, X, Y, XTitle, YTitle);
        if (Reference is { } line)
            svg.Line(X[line.From.X], Y[line.From.Y], X[line.To.X], Y[line.To.Y], "reference");
        for (var i = 0; i < Series.Count; i++)
        {
            var style = PlotTheme.Series(i);
            svg.Polyline(Series[i].Points.Select(p => (X[p.X], Y[p.Y])), style);
            foreach (var point in Series[i].Marked ? Series[i].Points : [])
                svg.Circle(X[point.X], Y[point.Y], 3.5, style + "-fill", FormattableString.Invariant($"{point.X:0.000} → {point.Y:0.###}"));
            svg.Line(68, Legend + i * LegendRow, 96, Legend + i * LegendRow, style);
            svg.Text(102, Legend + 4 + i * LegendRow, Series[i].Name, "label");
        }

        return svg.Finish();
    }
}
