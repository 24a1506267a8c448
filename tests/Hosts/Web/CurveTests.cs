using Orrery.Ledger.Runs;
using Orrery.Web.Charts;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

public sealed class CurveTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Smoothing_is_an_exponential_mean_whose_first_values_do_not_pull_it_to_zero()
    {
        var curve = Curve.Of("loss", Points(4, 8, 0), Start, new() { Smoothing = 0.5 });

        // Weights of 0.5, 0.25 … over their sum: 4; (8·2 + 4·1) / 3; (0·4 + 8·2 + 4·1) / 7.
        Assert.Equal([4, 20 / 3.0, 20 / 7.0], curve.Points.Select(p => p.Y), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void What_is_not_finite_stays_and_is_in_no_mean()
    {
        var curve = Curve.Of("loss", Points(1, double.NaN, 1), Start, new() { Smoothing = 0.9 });

        Assert.Equal([1, double.NaN, 1], curve.Points.Select(p => p.Y), (a, b) => a.Equals(b) || Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void A_long_course_keeps_its_ends_and_every_peak()
    {
        var values = Enumerable.Range(0, 100_000).Select(i => i is 77_777 ? 1e6 : i is 12_345 ? -1e6 : Math.Sin(i)).ToArray();

        var curve = Curve.Of("loss", Points(values), Start, new());

        Assert.InRange(curve.Points.Count, 500, Curve.MaxPoints);
        Assert.Contains(curve.Points, p => p is { X: 77_777, Y: 1e6 });
        Assert.Contains(curve.Points, p => p is { X: 12_345, Y: -1e6 });
        Assert.Equal(curve.Points.Select(p => p.X).Order(), curve.Points.Select(p => p.X));
    }

    [Fact]
    public void The_axis_is_the_step_or_the_time_and_is_cut_where_asked()
    {
        var points = Points(1, 2, 3, 4);

        Assert.Equal([1, 2.0], Curve.Of("loss", points, Start, new() { From = 1, To = 2 }).Points.Select(p => p.X));
        Assert.Equal([0, 10, 20, 30.0], Curve.Of("loss", points, Start, new() { Axis = CurveAxis.Seconds }).Points.Select(p => p.X));
    }

    private static MetricPoint[] Points(params double[] values) => [.. values.Select((value, i) => new MetricPoint("loss", value, i, Start.AddSeconds(10 * i)))];
}
