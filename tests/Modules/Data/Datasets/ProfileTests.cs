using CsCheck;
using Orrery.Data.Datasets.Profiles;
using Orrery.Platform.Analytics;
using Xunit;

namespace Orrery.Data.Tests.Datasets;

public sealed class ProfileTests
{
    [Fact]
    public async Task Figures_are_those_worked_out_by_hand()
    {
        await using var platform = await DataTest.StartAsync();
        // 1, 2, 3, 4 and 10: mean 4; squares of deviations 9 + 4 + 1 + 0 + 36 = 50, so s² = 12.5.
        var dataset = await platform.WriteAsync(
            "SELECT * FROM (VALUES (1.0::DOUBLE, 'b', true, TIMESTAMP '1970-01-01 00:00:10', 7), (2.0, 'a', true, '1970-01-01 00:00:20', 7), (3.0, 'a', false, NULL, 8), " +
            "(4.0, NULL, true, NULL, 8), (10.0, 'c', NULL, NULL, 9), ('nan'::DOUBLE, 'b', NULL, NULL, NULL), (NULL, 'b', NULL, NULL, NULL)) t(x, s, b, t, k)");

        var profile = await platform.Datasets().ProfileAsync(DataTest.Ada, dataset.Version.Id);

        Assert.Equal(7, profile.Rows);
        var x = profile.Columns[0];
        Assert.Equal((2L, 5L, 1.0, 10.0, 4.0), (x.Missing, x.Distinct, x.Minimum, x.Maximum, x.Mean));
        Assert.Equal(Math.Sqrt(12.5), x.StandardDeviation!.Value, 1e-12);
        // Linear interpolation between order statistics (R's type 7): position p (n - 1).
        Assert.Equal([1.04, 1.2, 2, 3, 4, 8.8, 9.76], x.Quantiles!.Select(q => Math.Round(q, 9)));
        Assert.Equal(20, x.Histogram!.Count);
        Assert.Equal([(0, 1L), (2, 1L), (4, 1L), (6, 1L), (19, 1L)], x.Histogram.Select((b, i) => (i, b.Count)).Where(b => b.Count > 0));
        Assert.Null(x.TopValues);
        Assert.Equal([new("b", 3), new("a", 2), new("c", 1)], profile.Columns[1].TopValues!);
        Assert.Equal((1L, 3L), (profile.Columns[1].Missing, profile.Columns[1].Distinct));
        Assert.Equal([new("true", 3), new("false", 1)], profile.Columns[2].TopValues!);
        Assert.Equal((10.0, 20.0, 5L), (profile.Columns[3].Minimum, profile.Columns[3].Maximum, profile.Columns[3].Missing));
        Assert.Equal([new("7", 2), new("8", 2), new("9", 1)], profile.Columns[4].TopValues!);
    }

    [Fact]
    public async Task The_same_profile_comes_from_the_store_the_second_time_and_is_made_again_where_it_is_gone()
    {
        await using var platform = await DataTest.StartAsync();
        var dataset = await platform.WriteAsync("SELECT i AS a, i::DOUBLE / 3 AS b FROM range(1000) t(i)");
        var first = await platform.Datasets().ProfileAsync(DataTest.Ada, dataset.Version.Id);
        var second = await platform.Datasets().ProfileAsync(DataTest.Ada, dataset.Version.Id);

        Assert.Equivalent(first, second, strict: true);
        Assert.Equivalent(first, await platform.Get<ProfileQuery>().RunAsync(dataset, default), strict: true);
    }

    [Fact]
    public async Task Extreme_values_have_a_profile_and_not_an_overflow()
    {
        await using var platform = await DataTest.StartAsync();
        var dataset = await platform.WriteAsync(
            "SELECT * FROM (VALUES (1e308::DOUBLE, 9223372036854775807, 'x'), (-1e308, -9223372036854775808, ''), ('inf'::DOUBLE, 0, repeat('y', 5000))) t(a, b, c)");

        var profile = await platform.Datasets().ProfileAsync(DataTest.Ada, dataset.Version.Id);

        Assert.Equal((0L, -1e308, 1e308), (profile.Columns[0].Missing, profile.Columns[0].Minimum, profile.Columns[0].Maximum));
        Assert.Equal(Math.Sqrt(2) * 1e308, profile.Columns[0].StandardDeviation!.Value, 1e295);
        Assert.Equal(3, profile.Columns[1].Histogram!.Sum(b => b.Count));
        Assert.All(profile.Columns[2].TopValues!, v => Assert.InRange(v.Value.Length, 0, 256));
    }

    [Fact]
    public async Task Every_value_is_in_the_bin_whose_edges_hold_it()
    {
        await using var platform = await DataTest.StartAsync();
        await Gen.Double[-1e6, 1e6].Array[1, 200].SampleAsync(async values =>
        {
            using var session = platform.Analytics.Open();
            // As text: a bare literal is a DECIMAL first, and may come out one bit off.
            var list = string.Join(", ", values.Select(v => $"('{v.ToString("R", System.Globalization.CultureInfo.InvariantCulture)}'::DOUBLE)"));
            await session.ExecuteAsync($"CREATE TEMP TABLE rows AS SELECT * FROM (VALUES {list}) t(v)");

            var detail = await NumericDetail.RunAsync(session, "v", values.Min(), values.Max(), default);

            var bins = detail.Histogram!;
            var expected = bins.Select((b, i) => (long)values.Count(v => v >= b.From && (i == bins.Count - 1 ? v <= b.To : v < b.To)));
            Assert.Equal(expected, bins.Select(b => b.Count));
        }, iter: 60, threads: 1);
    }
}
