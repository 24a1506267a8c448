using System.Globalization;
using System.Security;
using System.Text;

namespace Orrery.Cli.Vectors;

/// <summary>A map as an SVG file: a dot a point, coloured by a field's most frequent values.</summary>
internal static class MapPicture
{
    private const int Width = 1_200, Height = 900, Margin = 30, LegendLine = 18;

    // The colours of the pages' charts, distinguishable with the common colour blindnesses (Okabe and Ito 2008).
    private static readonly string[] Colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

    /// <param name="table">The points.</param>
    /// <param name="places">(points, 2)</param>
    public static string Draw(VectorTable table, float[] places)
    {
        var groups = table.Words.OfType<string>().CountBy(word => word).OrderByDescending(group => group.Value).ThenBy(group => group.Key, StringComparer.Ordinal).Take(Colours.Length).Select(group => group.Key).ToList();
        var (x, y) = (Scale(places, 0, Width), Scale(places, 1, Height));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        for (var i = 0; i < table.Ids.Count; i++)
        {
            var colour = table.Words[i] is { } word && groups.IndexOf(word) is >= 0 and var group ? Colours[group] : groups.Count == 0 ? Colours[0] : "#bbb";
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x(places[2 * i]):0.#}\" cy=\"{y(places[(2 * i) + 1]):0.#}\" r=\"2.5\" fill=\"{colour}\" fill-opacity=\"0.7\"><title>{SecurityElement.Escape(table.Ids[i])}</title></circle>\n");
        }

        foreach (var (i, group) in groups.Index())
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Margin}\" y=\"{Margin + (i * LegendLine) - 10}\" width=\"10\" height=\"10\" fill=\"{Colours[i]}\"/><text x=\"{Margin + 16}\" y=\"{Margin + (i * LegendLine)}\">{SecurityElement.Escape(group)}</text>\n");
        return svg.Append("</svg>\n").ToString();
    }

    private static Func<float, double> Scale(float[] places, int axis, int length)
    {
        var values = Enumerable.Range(0, places.Length / 2).Select(i => places[(2 * i) + axis]).ToList();
        var (least, width) = (values.Min(), values.Max() - values.Min());
        return value => width > 0 ? Margin + ((length - (2 * Margin)) * (value - least) / width) : length / 2.0;
    }
}
