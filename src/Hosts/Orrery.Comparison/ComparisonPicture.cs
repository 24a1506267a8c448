using System.Globalization;
using Orrery.Platform.Plots;

namespace Orrery.Comparison;

/// <summary>Draws a comparison: how many queries a second at which recall. What lies higher and farther right is better.</summary>
public static class ComparisonPicture
{
    /// <summary>The picture as SVG.</summary>
    public static string Draw(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var all = report.Systems.SelectMany(system => system.Measurements).ToList();
        var title = string.Create(CultureInfo.InvariantCulture, $"Recall@{report.K} and rate over {report.Points:N0} × {report.Dimension}, {report.Distance}");
        var description = string.Join("; ", report.Systems.Select(system => $"{system.Name}: {string.Join(", ", system.Measurements.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Recall:0.000} at {m.QueriesPerSecond:0}")))}"));
        return new CurvePlot(title, description, $"recall@{report.K}", "queries a second", [.. report.Systems.Select(Series)])
        {
            // No recall is above 1, and equal ones still want a scale.
            X = new(Math.Min(0.9, Math.Floor(all.Min(m => m.Recall) * 20) / 20), 1, CurvePlot.Horizontal.From, CurvePlot.Horizontal.To),
            Y = Scale.Logarithmic(all.Select(m => m.QueriesPerSecond), CurvePlot.Vertical.From, CurvePlot.Vertical.To),
        }.Draw();
    }

    private static CurveSeries Series(SystemReport system) => new($"{system.Name} ({system.System})", [.. system.Measurements.OrderBy(m => m.Recall).Select(m => (m.Recall, m.QueriesPerSecond))], Marked: true);
}
