using System.Text.Json;
using CsCheck;
using Orrery.Engines.Tests;
using Orrery.Statistics.Metrics;
using Xunit;

namespace Orrery.Statistics.Tests.Metrics;

public sealed class BinaryScoresTests
{
    private static readonly JsonElement Root = Golden.Load("Statistics", "statistics.json");

    [Fact]
    public void Every_metric_equals_scikit_learn()
    {
        foreach (var golden in Root.GetProperty("classifications").EnumerateArray())
        {
            var values = Scores(golden).Evaluate(golden.Double("threshold"));
            foreach (var metric in MetricCatalogue.All.Where(m => m.Task == MetricTask.BinaryClassification))
                Golden.Same(golden.Double(metric.Name), values[metric.Name], 1e-10, $"{golden.GetProperty("name")} {metric.Name}");
        }
    }

    [Fact]
    public void Roc_points_equal_scikit_learn()
    {
        foreach (var golden in Root.GetProperty("classifications").EnumerateArray())
        {
            var curve = Curves.Roc(Scores(golden), maxPoints: 10_000);
            Assert.Equal(golden.Doubles("fpr"), curve.Select(p => p.X), (a, b) => Math.Abs(a - b) < 1e-12);
            Assert.Equal(golden.Doubles("tpr"), curve.Select(p => p.Y), (a, b) => Math.Abs(a - b) < 1e-12);
        }
    }

    [Fact]
    public void The_calibration_curve_equals_scikit_learn()
    {
        var golden = Root.GetProperty("classifications")[0];
        var curve = Calibration.Curve(Scores(golden), bins: 7);
        Assert.Equal(golden.Doubles("curve_rate"), curve.Select(b => b.PositiveRate), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(golden.Doubles("curve_mean"), curve.Select(b => b.MeanScore), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void The_variance_of_an_auc_equals_its_definition()
    {
        foreach (var golden in Root.GetProperty("classifications").EnumerateArray().Where(g => g.Has("delong_variance")))
            Golden.Same(golden.Double("delong_variance"), DeLong.Variance(golden.Booleans("labels"), golden.Doubles("scores")), 1e-10, "DeLong");
    }

    [Fact]
    public void The_auc_interval_covers_as_often_as_it_says()
    {
        // Two unit normals one apart: AUC = Φ(1/√2).
        var truth = StandardNormal.Cdf(1 / Math.Sqrt(2));
        var random = new SeededRandom(5);
        var covered = 0;
        for (var run = 0; run < 600; run++)
        {
            bool[] labels = [.. Enumerable.Range(0, 120).Select(i => i % 3 == 0)];
            double[] scores = [.. labels.Select(positive => random.NextGaussian() + (positive ? 1 : 0))];
            covered += DeLong.AucInterval(labels, scores, 0.9).Contains(truth) ? 1 : 0;
        }

        Assert.InRange(covered / 600.0, 0.85, 0.94);
    }

    [Fact]
    public void DeLong_tells_a_better_ranking_from_an_equal_one()
    {
        var random = new SeededRandom(6);
        bool[] labels = [.. Enumerable.Range(0, 500).Select(i => i % 2 == 0)];
        double[] good = [.. labels.Select(positive => random.NextGaussian() + (positive ? 1.5 : 0))];
        double[] poor = [.. good.Select(score => score + 2 * random.NextGaussian())];
        var compared = DeLong.Compare(labels, good, poor);
        Assert.True(compared.EffectSize > 0.1 && compared.PValue < 1e-4);
        Assert.Equal(1, DeLong.Compare(labels, good, [.. good.Select(s => 3 * s + 1)]).PValue);
    }

    [Fact]
    public void The_auc_sees_only_order_and_turns_with_the_scores() =>
        Gen.Select(Gen.Bool.Array[30], Gen.Int[0, 9].Array[30]).Where((y, _) => y.Distinct().Count() == 2).Sample((labels, scores) =>
        {
            double[] raw = [.. scores.Select(s => (double)s)];
            var auc = new BinaryScores(labels, raw).RocAuc();
            Assert.Equal(auc, new BinaryScores(labels, [.. raw.Select(s => Math.Exp(s))]).RocAuc(), 1e-12);
            Assert.Equal(1 - auc, new BinaryScores(labels, [.. raw.Select(s => -s)]).RocAuc(), 1e-12);
        });

    [Fact]
    public void A_weight_of_two_is_a_row_given_twice() => Gen.Select(Gen.Bool.Array[20], Gen.Double[0.05, 0.95].Array[20], Gen.Int[0, 3].Array[20])
        .Where((_, _, w) => w.Sum() > 0).Sample((labels, scores, weights) =>
        {
            var repeated = Enumerable.Range(0, 20).SelectMany(i => Enumerable.Repeat(i, weights[i])).ToArray();
            var whole = new BinaryScores([.. repeated.Select(i => labels[i])], [.. repeated.Select(i => scores[i])]).Evaluate();
            var weighted = new BinaryScores(labels, scores, [.. weights.Select(w => (double)w)]).Evaluate();
            foreach (var (name, value) in whole)
                Assert.Equal(value, weighted[name], 1e-9);
        });

    [Fact]
    public void What_is_undefined_is_NaN()
    {
        Assert.All(new BinaryScores([], []).Evaluate().Values, value => Assert.True(double.IsNaN(value)));
        Assert.All(new BinaryScores([true, false], [0.5, double.NaN]).Evaluate().Values, value => Assert.True(double.IsNaN(value)));
        var oneClass = new BinaryScores([false, false], [0.1, 0.2]).Evaluate();
        Assert.True(double.IsNaN(oneClass["roc_auc"]) && double.IsNaN(oneClass["average_precision"]) && double.IsNaN(oneClass["precision"]) && double.IsNaN(oneClass["recall"]));
        Assert.Equal(1, oneClass["accuracy"]);
        var logits = new BinaryScores([true, false], [3.2, -1]);
        Assert.Equal(1, logits.RocAuc());
        Assert.True(double.IsNaN(logits.LogLoss()) && double.IsNaN(logits.Brier()));
        Assert.Empty(Curves.Roc(new BinaryScores([false], [0.1])));
        Assert.Equal(Interval.Undefined, DeLong.AucInterval([true, false], [1, 0]));
    }

    [Fact]
    public void Bad_rows_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new BinaryScores([true], [0.5, 0.5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BinaryScores([true], [0.5], [-1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BinaryScores([true], [0.5], [double.NaN]));
    }

    [Fact]
    public void A_thinned_curve_keeps_its_ends_and_its_area()
    {
        var random = new SeededRandom(8);
        bool[] labels = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextDouble() < 0.2)];
        double[] scores = [.. labels.Select(positive => random.NextGaussian() + (positive ? 1 : 0))];
        var binary = new BinaryScores(labels, scores);
        var curve = Curves.Roc(binary, maxPoints: 100);
        Assert.InRange(curve.Count, 50, 100);
        Assert.Equal((0, 0), (curve[0].X, curve[0].Y));
        Assert.Equal((1, 1), (curve[^1].X, curve[^1].Y));
        var area = curve.Zip(curve.Skip(1), (a, b) => (b.X - a.X) * (a.Y + b.Y) / 2).Sum();
        Assert.Equal(binary.RocAuc(), area, 0.003);
    }

    [Fact]
    public void Equal_mass_bins_hold_equal_mass()
    {
        double[] scores = [.. Enumerable.Range(0, 1000).Select(i => Math.Pow(i / 1000.0, 4))];
        var curve = Calibration.Curve(new BinaryScores(new bool[1000], scores), 10, CalibrationBinning.EqualMass);
        Assert.Equal(10, curve.Count);
        Assert.All(curve, bin => Assert.Equal(100, bin.Weight));
    }

    private static BinaryScores Scores(JsonElement golden) => new(golden.Booleans("labels"), golden.Doubles("scores"), golden.Doubles("weights"));
}
