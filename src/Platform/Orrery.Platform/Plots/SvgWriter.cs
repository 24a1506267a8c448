using System.Globalization;
using System.Text;

namespace Orrery.Platform.Plots;

/// <summary>
/// Writes one self-contained SVG 1.1 picture: no script, no font, nothing fetched. Colours are CSS variables that follow the reader's light or
/// dark theme; a title and a description say for screen readers what the picture shows.
/// </summary>
public sealed class SvgWriter
{
    private readonly StringBuilder _text = new(16 * 1024);

    public SvgWriter(int width, int height, string title, string description)
    {
        _text.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title description">
            <title id="title">{Escape(title)}</title>
            <desc id="description">{Escape(description)}</desc>
            <style>{PlotTheme.Css}</style>
            <rect class="paper" width="{width}" height="{height}"/>

            """);
        Text(width / 2.0, 24, title, "heading", Anchor.Middle);
    }

    public void Line(double x1, double y1, double x2, double y2, string style) => _text.Append(CultureInfo.InvariantCulture,
        $"""<line class="{style}" x1="{N(x1)}" y1="{N(y1)}" x2="{N(x2)}" y2="{N(y2)}"/>""").Append('\n');

    public void Rectangle(double x, double y, double width, double height, string style, string? tip = null)
    {
        _text.Append(CultureInfo.InvariantCulture, $"""<rect class="{style}" x="{N(x)}" y="{N(y)}" width="{N(width)}" height="{N(height)}">""");
        Tip(tip).Append("</rect>\n");
    }

    public void Circle(double x, double y, double radius, string style, string? tip = null)
    {
        _text.Append(CultureInfo.InvariantCulture, $"""<circle class="{style}" cx="{N(x)}" cy="{N(y)}" r="{N(radius)}">""");
        Tip(tip).Append("</circle>\n");
    }

    public void Polyline(IEnumerable<(double X, double Y)> points, string style)
    {
        _text.Append(CultureInfo.InvariantCulture, $"""<polyline class="{style}" points="{string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"))}"/>""");
        _text.Append('\n');
    }

    /// <summary>Many round dots as one path: a line of no length with round caps each. A twentieth of the bytes of circles.</summary>
    public void Dots(IEnumerable<(double X, double Y)> points, string style)
    {
        _text.Append(CultureInfo.InvariantCulture, $"""<path class="{style}" d="{string.Concat(points.Select(p => $"M{N(p.X)} {N(p.Y)}h0"))}"/>""");
        _text.Append('\n');
    }

    public void Text(double x, double y, string text, string style, Anchor anchor = Anchor.Start, double rotate = 0)
    {
        var turn = rotate == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" transform=\"rotate({rotate} {N(x)} {N(y)})\"");
        _text.Append(CultureInfo.InvariantCulture,
            $"""<text class="{style}" x="{N(x)}" y="{N(y)}" text-anchor="{Word(anchor)}"{turn}>{Escape(text)}</text>""").Append('\n');
    }

    public string Finish() => _text.Append("</svg>\n").ToString();

    private StringBuilder Tip(string? tip) => tip is null ? _text : _text.Append("<title>").Append(Escape(tip)).Append("</title>");

    // A tenth of a pixel is finer than any screen shows.
    private static string N(double value) => Math.Round(value, 1, MidpointRounding.AwayFromZero).ToString("0.#", CultureInfo.InvariantCulture);

    private static string Word(Anchor anchor) => anchor switch { Anchor.Middle => "middle", Anchor.End => "end", _ => "start" };

    private static string Escape(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => clean.Append("&amp;"),
                '<' => clean.Append("&lt;"),
                '>' => clean.Append("&gt;"),
                '"' => clean.Append("&quot;"),
                < ' ' or '\uFFFE' or '\uFFFF' => clean.Append('\uFFFD'), // XML 1.0 has no way to write these
                _ => clean.Append(c),
            };
        }

        return clean.ToString();
    }
}

/// <summary>Which part of a text stands at its x.</summary>
public enum Anchor
{
    Start,
    Middle,
    End,
}
