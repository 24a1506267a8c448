using System.Text.Json;
using Orrery.Engines.Tests;
using Orrery.Statistics.HypothesisTests;
using Xunit;

namespace Orrery.Statistics.Tests.HypothesisTests;

public sealed class GoldenTests
{
    private static readonly JsonElement Root = Golden.Load("Statistics", "statistics.json");

    [Fact]
    public void Kolmogorov_Smirnov_equals_SciPy()
    {
        foreach (var (name, a, b, golden) in Samples())
        {
            var exactly = KolmogorovSmirnov.Compare(a, b, PValueMethod.Asymptotic);
            Golden.Same(golden.Double("ks"), exactly.Statistic, 1e-12, name);
            Golden.Same(golden.Double("ks_asymptotic"), exactly.PValue!.Value, 1e-9, name);
            if (golden.Has("ks_exact"))
                Golden.Same(golden.Double("ks_exact"), KolmogorovSmirnov.Compare(a, b, PValueMethod.Exact).PValue!.Value, 1e-9, name);
        }
    }

    [Fact]
    public void Mann_Whitney_equals_SciPy()
    {
        foreach (var (name, a, b, golden) in Samples())
        {
            var asymptotic = MannWhitney.Compare(a, b, PValueMethod.Asymptotic);
            Golden.Same(golden.Double("u"), asymptotic.Statistic, 1e-12, name);
            Golden.Same(golden.Double("u_asymptotic"), asymptotic.PValue!.Value, 1e-9, name);
            if (golden.Has("u_exact"))
                Golden.Same(golden.Double("u_exact"), MannWhitney.Compare(a, b, PValueMethod.Exact).PValue!.Value, 1e-9, name);
        }
    }

    [Fact]
    public void Chi_square_and_G_equal_SciPy()
    {
        foreach (var golden in Root.GetProperty("tables").EnumerateArray())
        {
            var chi = ContingencyTest.ChiSquare(golden.Counts("first"), golden.Counts("second"));
            Golden.Same(golden.Double("chi2"), chi.Statistic, 1e-12, "chi2");
            Golden.Same(golden.Double("chi2_p"), chi.PValue!.Value, 1e-10, "chi2 p");
            Golden.Same(golden.Double("cramers_v"), chi.EffectSize, 1e-12, "V");
            var g = ContingencyTest.GTest(golden.Counts("first"), golden.Counts("second"));
            Golden.Same(golden.Double("g"), g.Statistic, 1e-12, "g");
            Golden.Same(golden.Double("g_p"), g.PValue!.Value, 1e-10, "g p");
        }
    }

    [Fact]
    public void Adjusted_p_values_equal_their_definitions()
    {
        var golden = Root.GetProperty("adjustments");
        foreach (var (name, correction) in new[]
        {
            ("bonferroni", MultipleTestingCorrection.Bonferroni), ("holm", MultipleTestingCorrection.Holm), ("bh", MultipleTestingCorrection.BenjaminiHochberg),
        })
        {
            var adjusted = MultipleTesting.Adjust(golden.Doubles("p"), correction);
            Assert.All(golden.Doubles(name).Zip(adjusted), pair => Golden.Same(pair.First, pair.Second, 1e-12, name));
        }
    }

    [Fact]
    public void A_missing_p_value_stays_missing_and_counts_for_nothing()
    {
        var adjusted = MultipleTesting.Adjust([0.01, double.NaN, 0.02], MultipleTestingCorrection.Bonferroni);
        Assert.Equal([0.02, double.NaN, 0.04], adjusted);
    }

    private static IEnumerable<(string Name, double[] First, double[] Second, JsonElement Golden)> Samples() =>
        Root.GetProperty("samples").EnumerateArray().Select(s => (s.GetProperty("name").GetString()!, s.Doubles("first"), s.Doubles("second"), s));
}
