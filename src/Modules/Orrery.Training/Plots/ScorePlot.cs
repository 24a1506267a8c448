using Orrery.Platform.Plots;

namespace Orrery.Training.Plots;

/// <summary>How the scores of the two classes are spread: one histogram each, as shares of their class.</summary>
internal sealed record ScorePlot(string Title, string Description, IReadOnlyList<double> Scores, IReadOnlyList<bool> Labels, string Negative, string Positive)
{
    private const int Bins = 40;

    public string Draw()
    {
        var negative = Shares(positive: false);
        var positive = Shares(positive: true);
        var svg = new SvgWriter(560, 360, Title, Description);
        var x = new Scale(0, 1, 60, 540);
        var y = Scale.Around([0, .. negative, .. positive], 290, 40);
        Axes.Draw(svg, x, y, "score", "share of the class");
        DrawBins(svg, x, y, negative, "first-fill half");
        DrawBins(svg, x, y, positive, "second-fill half");
        Legend(svg, 180, Negative, "first-fill half");
        Legend(svg, 340, Positive, "second-fill half");
        return svg.Finish();
    }

    private static void DrawBins(SvgWriter svg, Scale x, Scale y, double[] shares, string style)
    {
        for (var bin = 0; bin < Bins; bin++)
        {
            if (shares[bin] > 0)
                svg.Rectangle(x[(double)bin / Bins], y[shares[bin]], x[1.0 / Bins] - x[0], y[0] - y[shares[bin]], style);
        }
    }

    private static void Legend(SvgWriter svg, double left, string name, string style)
    {
        svg.Rectangle(left, 338, 14, 12, style);
        svg.Text(left + 20, 348, name, "label");
    }

    private double[] Shares(bool positive)
    {
        var shares = new double[Bins];
        var rows = 0L;
        for (var i = 0; i < Scores.Count; i++)
        {
            if (Labels[i] != positive)
                continue;
            rows++;
            shares[Math.Clamp((int)(Scores[i] * Bins), 0, Bins - 1)]++;
        }

        for (var bin = 0; bin < Bins && rows > 0; bin++)
            shares[bin] /= rows;
        return shares;
    }
}
