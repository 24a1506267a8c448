using Orrery.Kernel;
using Orrery.Statistics;
using Orrery.Tuning.Importance;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;
using Orrery.Tuning.Tests.Samplers;
using Xunit;

namespace Orrery.Tuning.Tests.Importance;

public sealed class FunctionalAnovaTests
{
    [Fact]
    public void Shares_of_a_sum_are_those_of_the_variances()
    {
        // x has variance 1/12 on the unit interval, so 3x + y + 0z explains 9/10, 1/10 and nothing.
        var shares = Shares(600, p => 3 * p[0] + p[1]);
        Assert.Equal(0.9, shares[0], 0.05);
        Assert.Equal(0.1, shares[1], 0.05);
        Assert.InRange(shares[2], 0, 0.01);
    }

    [Fact]
    public void What_only_a_combination_explains_is_in_nobodys_share()
    {
        var shares = Shares(600, p => (p[0] - 0.5) * (p[1] - 0.5));
        Assert.InRange(shares.Sum(), 0, 0.4);
    }

    [Fact]
    public void A_product_is_in_the_share_of_its_pair_and_a_sum_in_nobodys()
    {
        // (x − ½)(y − ½): all of the variance is the pair's.
        var product = Pairs(600, p => (p[0] - 0.5) * (p[1] - 0.5));
        Assert.Equal((0, 1), (product[0].First, product[0].Second));
        Assert.InRange(product[0].Share, 0.6, 1);
        Assert.All(product.Skip(1), pair => Assert.InRange(pair.Share, 0, 0.1));
        Assert.All(Pairs(600, p => 3 * p[0] + 2 * p[1]), pair => Assert.InRange(pair.Share, 0, 0.05));
    }

    [Fact]
    public void The_variances_of_a_tree_are_those_of_a_fine_grid()
    {
        var random = new SeededRandom(3);
        double[][] points = [.. Enumerable.Range(0, 80).Select(_ => new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() })];
        var leaves = RegressionTree.Grow(points, [.. points.Select(p => p[0] * p[1] + p[2])], [.. Enumerable.Range(0, 80)], 5, random);
        var tree = new TreeVariance(leaves);
        // The mean over the third coordinate, cell by cell of the two others, between the ends of leaves.
        double[][] ends = [.. Enumerable.Range(0, 3).Select(d => leaves.SelectMany(l => new[] { l.Low[d], l.High[d] }).Distinct().Order().ToArray())];
        var cells = from i in Enumerable.Range(0, ends[0].Length - 1)
                    from j in Enumerable.Range(0, ends[1].Length - 1)
                    select (Area: (ends[0][i + 1] - ends[0][i]) * (ends[1][j + 1] - ends[1][j]), Mean: Enumerable.Range(0, ends[2].Length - 1).Sum(k =>
                        (ends[2][k + 1] - ends[2][k]) * leaves.Single(l =>
                            l.Low[0] <= ends[0][i] && ends[0][i] < l.High[0] && l.Low[1] <= ends[1][j] && ends[1][j] < l.High[1] && l.Low[2] <= ends[2][k] && ends[2][k] < l.High[2]).Value));
        var all = cells.ToList();
        var mean = all.Sum(c => c.Area * c.Mean);
        Assert.Equal(all.Sum(c => c.Area * (c.Mean - mean) * (c.Mean - mean)), tree.Of(0, 1), 1e-12);
    }

    [Fact]
    public void Leaves_fill_the_cube()
    {
        var random = new SeededRandom(1);
        double[][] points = [.. Enumerable.Range(0, 100).Select(_ => new[] { random.NextDouble(), random.NextDouble() })];
        var leaves = RegressionTree.Grow(points, [.. points.Select(p => p[0] * p[1])], [.. Enumerable.Range(0, 100)], 8, random);
        Assert.Equal(1, leaves.Sum(leaf => leaf.Low.Zip(leaf.High, (low, high) => high - low).Aggregate(1.0, (a, b) => a * b)), 1e-12);
        Assert.All(points, p => Assert.Single(leaves, leaf => p.Select((x, d) => x > leaf.Low[d] && x <= leaf.High[d]).All(inside => inside)));
    }

    [Fact]
    public void A_study_says_which_parameter_mattered_whatever_its_kind()
    {
        var study = new Study(
            new SearchSpace(ParameterSpec.Float("rate", 1e-4, 1, ParameterScale.Log), ParameterSpec.Categorical("kind", "a", "b", "c"), ParameterSpec.Integer("idle", 1, 9)),
            new StudyOptions { Sampler = SamplerKind.Random });
        for (var i = 0; i < 200; i++)
        {
            var trial = study.Ask();
            study.Tell(trial.Number, (trial.Parameters["kind"].Choice == "b" ? 5 : 0) + Math.Log10(trial.Parameters["rate"].Number));
        }

        var importance = FunctionalAnova.Of(study);
        Assert.Equal(["kind", "rate", "idle"], importance.OrderByDescending(i => i.Value).Select(i => i.Key));
        // Variances 25 · 2/9 and 16/12.
        Assert.Equal(5.5556 / (5.5556 + 1.3333), importance["kind"], 0.06);
        Assert.Equal(importance, FunctionalAnova.Of(study));
    }

    [Fact]
    public void A_constant_objective_has_no_important_parameter_and_an_empty_study_none_at_all()
    {
        var study = new Study(Problems.Square);
        Assert.Throws<InvalidException>(() => FunctionalAnova.Of(study));
        for (var i = 0; i < 5; i++)
            study.Tell(study.Ask().Number, 2);
        Assert.All(FunctionalAnova.Of(study).Values, share => Assert.Equal(0, share));
    }

    private static List<(int First, int Second, double Share)> Pairs(int count, Func<double[], double> value)
    {
        var random = new SeededRandom(5);
        double[][] points = [.. Enumerable.Range(0, count).Select(_ => new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() })];
        return [.. FunctionalAnova.PairShares(points, [.. points.Select(value)], new ImportanceOptions { Trees = 16 }).OrderByDescending(p => p.Share)];
    }

    private static double[] Shares(int count, Func<double[], double> value)
    {
        var random = new SeededRandom(5);
        double[][] points = [.. Enumerable.Range(0, count).Select(_ => new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() })];
        return FunctionalAnova.Shares(points, [.. points.Select(value)], new ImportanceOptions());
    }
}
