using CsCheck;
using Orrery.Statistics.HypothesisTests;
using Xunit;

namespace Orrery.Statistics.Tests.HypothesisTests;

public sealed class LawTests
{
    private static readonly Gen<double[]> Values = Gen.Double[-100, 100].Array[1, 40];

    [Fact]
    public void Kolmogorov_Smirnov_is_symmetric_and_sees_only_order() => Gen.Select(Values, Values).Sample((a, b) =>
    {
        var forth = KolmogorovSmirnov.Compare(a, b);
        var back = KolmogorovSmirnov.Compare(b, a);
        var cubed = KolmogorovSmirnov.Compare([.. a.Select(x => x * x * x)], [.. b.Select(x => x * x * x)]);
        Assert.Equal(forth.Statistic, back.Statistic);
        Assert.Equal(forth.PValue!.Value, back.PValue!.Value, 1e-12);
        Assert.Equal(forth.Statistic, cubed.Statistic, 1e-12);
    });

    [Fact]
    public void The_two_U_of_Mann_and_Whitney_sum_to_all_pairs() => Gen.Select(Values, Values).Sample((a, b) =>
        Assert.Equal((double)a.Length * b.Length, MannWhitney.Compare(a, b).Statistic + MannWhitney.Compare(b, a).Statistic));

    [Fact]
    public void The_exact_p_value_is_uniform_under_the_null()
    {
        var random = new SeededRandom(3);
        var rejected = 0;
        for (var i = 0; i < 2000; i++)
        {
            double[] a = [.. Enumerable.Range(0, 30).Select(_ => random.NextGaussian())];
            double[] b = [.. Enumerable.Range(0, 25).Select(_ => random.NextGaussian())];
            rejected += KolmogorovSmirnov.Compare(a, b).PValue <= 0.1 ? 1 : 0;
        }

        // 200 expected at most (the statistic is discrete); 5 deviations are 67.
        Assert.InRange(rejected, 100, 267);
    }

    [Fact]
    public void Without_a_valid_value_nothing_is_said()
    {
        Assert.False(KolmogorovSmirnov.Compare([double.NaN], [1, 2]).IsDefined);
        Assert.False(MannWhitney.Compare([], [1]).IsDefined);
        Assert.False(ContingencyTest.ChiSquare([0, 0], [1, 2]).IsDefined);
        Assert.Null(KolmogorovSmirnov.Compare([], [1]).PValue);
    }

    [Fact]
    public void Missing_values_are_left_out() =>
        Assert.Equal(KolmogorovSmirnov.Compare([1, 2, 3], [2, 5]), KolmogorovSmirnov.Compare([1, double.NaN, 2, 3], [double.NaN, 2, 5]));

    [Fact]
    public void Constants_do_not_differ() => Assert.Equal(1, MannWhitney.Compare([4, 4, 4], [4, 4]).PValue);

    [Fact]
    public void Bad_counts_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ContingencyTest.ChiSquare([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => ContingencyTest.GTest([1, -2], [1, 2]));
        Assert.Throws<ArgumentException>(() => MannWhitney.Compare([1, 1], [1, 2], PValueMethod.Exact));
        Assert.Throws<ArgumentOutOfRangeException>(() => MultipleTesting.Adjust([1.5], MultipleTestingCorrection.Holm));
    }

    [Fact]
    public void Benjamini_Hochberg_is_never_stricter_than_Holm_nor_Holm_than_Bonferroni() => Gen.Double[0, 1].Array[1, 30].Sample(p =>
    {
        var bonferroni = MultipleTesting.Adjust(p, MultipleTestingCorrection.Bonferroni);
        var holm = MultipleTesting.Adjust(p, MultipleTestingCorrection.Holm);
        var falseDiscovery = MultipleTesting.Adjust(p, MultipleTestingCorrection.BenjaminiHochberg);
        for (var i = 0; i < p.Length; i++)
            Assert.True(p[i] <= falseDiscovery[i] + 1e-12 && falseDiscovery[i] <= holm[i] + 1e-12 && holm[i] <= bonferroni[i] + 1e-12);
    });
}
