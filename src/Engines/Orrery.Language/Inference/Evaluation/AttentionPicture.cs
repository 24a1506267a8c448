using System.Globalization;
using System.Net;
using System.Text;

namespace Orrery.Language.Inference.Evaluation;

/// <summary>Attention maps of one layer as an SVG picture: a square a head, a row a token that looks, darker for more weight.</summary>
public static class AttentionPicture
{
    private const int Gap = 24, Top = 56, Columns = 4, Side = 220, LabelWidth = 90;

    /// <summary>Draws a layer.</summary>
    /// <param name="maps">The maps.</param>
    /// <param name="layer">Which layer, from 0.</param>
    /// <param name="texts">The text of each token.</param>
    public static string Draw(AttentionMaps maps, int layer, IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)layer, (uint)maps.Layers);
        ArgumentOutOfRangeException.ThrowIfNotEqual(texts.Count, maps.Tokens);
        var columns = Math.Min(Columns, maps.Heads);
        var rows = (maps.Heads + columns - 1) / columns;
        var (width, height) = (LabelWidth + columns * (Side + Gap), Top + rows * (Side + 2 * Gap));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/><text x=\"{Gap / 2}\" y=\"24\" font-size=\"16\">Attention in layer {layer}: who looks (rows) at whom (columns)</text>\n");
        for (var head = 0; head < maps.Heads; head++)
            Head(svg, maps, layer, head, texts, LabelWidth + head % columns * (Side + Gap), Top + head / columns * (Side + 2 * Gap), head % columns == 0);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Head(StringBuilder svg, AttentionMaps maps, int layer, int head, IReadOnlyList<string> texts, int left, int top, bool isFirst)
    {
        var cell = (double)Side / maps.Tokens;
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left}\" y=\"{top - 6}\" font-size=\"12\">head {head}</text><rect x=\"{left}\" y=\"{top}\" width=\"{Side}\" height=\"{Side}\" fill=\"none\" stroke=\"#999\"/>\n");
        for (var from = 0; from < maps.Tokens; from++)
        {
            if (isFirst && cell >= 7)
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left - 4}\" y=\"{top + (from + 0.8) * cell:0.##}\" font-size=\"{Math.Min(11, cell):0.#}\" text-anchor=\"end\">{Shown(texts[from])}</text>\n");
            for (var to = 0; to <= from; to++)
            {
                var weight = maps[layer, head, from, to];
                if (weight < 0.005f)
                    continue;
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{left + to * cell:0.##}\" y=\"{top + from * cell:0.##}\" width=\"{cell:0.##}\" height=\"{cell:0.##}\" fill=\"#123a7a\" fill-opacity=\"{weight:0.###}\">");
                svg.Append(CultureInfo.InvariantCulture, $"<title>{Shown(texts[from])} → {Shown(texts[to])}: {weight:0.000}</title></rect>\n");
            }
        }
    }

    /// <summary>Line breaks and other control characters have no place in a label, and XML allows none of them.</summary>
    private static string Shown(string text) =>
        WebUtility.HtmlEncode(string.Concat(text.Select(c => c == '\n' ? "↵" : c == ' ' ? "␣" : char.IsControl(c) || char.IsSurrogate(c) || c >= '￾' ? "·" : c.ToString())));
}
