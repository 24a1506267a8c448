using System.Globalization;
using System.Xml.Linq;
using Orrery.Platform.Plots;
using Orrery.Training.Plots;
using Xunit;

namespace Orrery.Training.Tests.Plots;

public sealed class PlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string> Names => ["curve", "bars", "scores", "swarm"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_picture_is_well_formed_titled_themed_and_fetches_nothing(string name)
    {
        var text = Draw(name, "<script>alert('a & b')</script>");
        var root = XDocument.Parse(text).Root!;

        Assert.Equal("<script>alert('a & b')</script>", root.Element(Svg + "title")!.Value);
        Assert.Equal("title description", root.Attribute("aria-labelledby")!.Value);
        Assert.Equal("What it shows.", root.Element(Svg + "desc")!.Value);
        Assert.Contains("prefers-color-scheme:dark", root.Element(Svg + "style")!.Value, StringComparison.Ordinal);
        Assert.Empty(root.Descendants(Svg + "script"));
        Assert.DoesNotContain("http", text.Replace(Svg.NamespaceName, "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_data_give_the_same_bytes(string name) => Assert.Equal(Draw(name, "t"), Draw(name, "t"));

    [Fact]
    public void A_curve_goes_through_its_points_from_bottom_left_to_top_right()
    {
        var curve = new CurvePlot("t", "d", "x", "y", [new("model", [(0, 0), (0.25, 0.75), (1, 1)])]).Draw();
        var points = Points(curve);

        Assert.Equal([60, 160, 460], points.Select(p => p.X));
        Assert.Equal([370, 122.5, 40], points.Select(p => p.Y));
    }

    [Fact]
    public void Bars_are_sorted_and_as_long_as_their_values()
    {
        var root = XDocument.Parse(new BarPlot("t", "d", "x", [("small", 1), ("large", 4), ("none", 0)]).Draw()).Root!;
        var widths = root.Elements(Svg + "rect").Where(r => r.Attribute("class")!.Value == "first-fill").Select(Width).ToList();

        Assert.Equal(4, widths[0] / widths[1], 2);
        Assert.Equal(0, widths[2]);
        Assert.Equal("large: 4", root.Descendants(Svg + "rect").First(r => r.Attribute("class")!.Value == "first-fill").Element(Svg + "title")!.Value);
    }

    [Fact]
    public void A_swarm_has_one_dot_a_row_and_colours_low_and_high_values_apart()
    {
        var swarm = new BeeswarmPlot("t", "d", [new("input", [-1, -1, -1, 2, 0], [5, 6, 7, 8, double.NaN])]).Draw();
        var paths = XDocument.Parse(swarm).Root!.Elements(Svg + "path").ToList();
        var dots = paths.Take(paths.Count - PlotTheme.ValueSteps - 1).ToList(); // the legend is last

        Assert.Equal(5, dots.Sum(p => p.Attribute("d")!.Value.Count(c => c == 'M')));
        Assert.Equal("v0", dots[0].Attribute("class")!.Value);
        Assert.Equal("none", dots[^1].Attribute("class")!.Value);
    }

    [Fact]
    public void A_swarm_stays_in_its_row_however_many_dots_share_a_place()
    {
        var swarm = new BeeswarmPlot("t", "d", [new("input", new double[500], new double[500])]).Draw();
        var heights = XDocument.Parse(swarm).Root!.Elements(Svg + "path").First().Attribute("d")!.Value
            .Split('M', StringSplitOptions.RemoveEmptyEntries).Select(d => Number(d.Split(' ')[1].Replace("h0", "", StringComparison.Ordinal)));

        Assert.All(heights, y => Assert.InRange(y, 44, 74));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-3.7, 12.2)]
    [InlineData(0.0001, 0.0007)]
    [InlineData(-1e6, 1e6)]
    [InlineData(5, 5)]
    public void A_scale_holds_its_values_between_round_ticks(double low, double high)
    {
        var scale = Scale.Around([low, high], 0, 100);
        var ticks = scale.Ticks().ToList();

        Assert.InRange(ticks.Count, 2, 14);
        Assert.True(scale.Low <= low && scale.High >= high);
        Assert.All(ticks, t => Assert.Equal(t.Value, Number(t.Label), 9));
        Assert.All([low, high], v => Assert.InRange(scale[v], 0, 100));
    }

    [Fact]
    public void A_scale_without_a_finite_value_is_still_a_scale() =>
        Assert.Equal((0, 1), (Scale.Around([double.NaN], 0, 1).Low, Scale.Around([], 0, 1).High));

    private static string Draw(string name, string title) => name switch
    {
        "curve" => new CurvePlot(title, "What it shows.", "x & y", "\"y\"", [new("a", [(0, 0), (1, 1)], Marked: true), new("b", [(0, 1)])])
        {
            Reference = ((0, 0), (1, 1)),
        }.Draw(),
        "bars" => new BarPlot(title, "What it shows.", "gain", [("a\u0001<b>", 3), ("c", 0)]).Draw(),
        "scores" => new ScorePlot(title, "What it shows.", [0, 0.2, 1, 0.999], [true, false, true, false], "on time", "late").Draw(),
        _ => new BeeswarmPlot(title, "What it shows.", [new("a", [0.1, -0.2], [1, double.NaN]), new("empty", [], [])]).Draw(),
    };

    private static List<(double X, double Y)> Points(string svg) =>
        [.. XDocument.Parse(svg).Root!.Element(Svg + "polyline")!.Attribute("points")!.Value.Split(' ')
            .Select(p => p.Split(',')).Select(p => (Number(p[0]), Number(p[1])))];

    private static double Width(XElement rectangle) => Number(rectangle.Attribute("width")!.Value);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
