using Orrery.Monitoring.Monitors;
using Orrery.Monitoring.Performance;
using Orrery.Statistics;
using Xunit;

namespace Orrery.Monitoring.Tests.Performance;

public sealed class PerformanceTests
{
    private static readonly Dictionary<string, double> Evaluation = new() { ["test.logloss"] = 0.5, ["test.auc"] = 0.7, ["test.rows"] = 1000 };

    [Fact]
    public void Metrics_are_those_of_scikit_learn()
    {
        var golden = Golden.Read("metrics");
        var rows = new JudgedRows(golden.Numbers("scores"), golden.Numbers("labels"));
        foreach (var metric in Enum.GetValues<PerformanceMetric>())
        {
            var (value, interval) = MetricEstimate.Of(metric, rows, 0.95);
            Assert.Equal(golden.Number(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(metric.ToString())), value, 1e-12);
            Assert.InRange(value, interval.Lower, interval.Upper);
        }

        var logLoss = MetricEstimate.Of(PerformanceMetric.LogLoss, rows, 0.95).Interval;
        Assert.Equal(golden.Number("logLossLower"), logLoss.Lower, 1e-12);
        Assert.Equal(golden.Number("logLossUpper"), logLoss.Upper, 1e-12);
    }

    [Theory]
    [InlineData(0.05, true)]
    [InlineData(5.0, false)]
    public void A_metric_breaks_a_rule_when_it_is_worse_by_so_much(double worseBy, bool broken)
    {
        var performance = Judge(new(Rules: [new(PerformanceMetric.LogLoss, WorseBy: worseBy)]), Rows(2000, honest: false));
        var logLoss = performance.Metrics.Single(m => m.Metric == PerformanceMetric.LogLoss);
        Assert.Equal((broken, broken, 0.5 + worseBy), (performance.Breached, logLoss.Breached, logLoss.Bound));
        Assert.Equal((0.5, 1000L), (logLoss.Reference, logLoss.ReferenceRows));
    }

    [Fact]
    public void A_metric_that_is_better_when_higher_breaks_a_rule_downwards()
    {
        var spec = new PerformanceSpec(Rules: [new(PerformanceMetric.Auc, WorseByShare: 0.1)]);
        var fallen = Judge(spec, Rows(2000, honest: false)).Metrics.Single(m => m.Metric == PerformanceMetric.Auc);
        Assert.True(fallen.Breached);
        Assert.Equal(0.63, fallen.Bound!.Value, 1e-12);
        Assert.False(Judge(spec, Rows(2000, honest: true)).Breached);
    }

    [Fact]
    public void A_limit_needs_no_evaluation_and_the_other_bounds_never_break_without_one()
    {
        var rows = Rows(2000, honest: false);
        var none = new Dictionary<string, double>();
        Assert.True(PerformanceAnalysis.Judge(new(Rules: [new(PerformanceMetric.LogLoss, Limit: 0.6)]), rows, none).Breached);
        Assert.False(PerformanceAnalysis.Judge(new(), rows, none).Breached);
    }

    [Fact]
    public void A_few_unlucky_labels_break_nothing()
    {
        // Worse by more than the rule says, but its interval holds the evaluation's value.
        var rows = new JudgedRows([0.9, 0.9, 0.9, 0.9], [1, 1, 1, 0]);
        var performance = Judge(new(MinLabels: 2, Rules: [new(PerformanceMetric.LogLoss, WorseBy: 0.05)]), rows);
        var logLoss = performance.Metrics.Single(m => m.Metric == PerformanceMetric.LogLoss);
        Assert.True(logLoss.Value > logLoss.Bound);
        Assert.False(performance.Breached);
    }

    [Fact]
    public void What_cannot_be_measured_is_NaN_and_said()
    {
        var performance = Judge(new(), new([.. Enumerable.Repeat(0.7, 600)], [.. Enumerable.Repeat(1.0, 600)]));
        Assert.Equal("undefined for these labels and scores: AUC", performance.Note);
        Assert.False(performance.Breached);
        var numbers = Judge(new(), new([.. Enumerable.Repeat(0.4, 600)], [.. Enumerable.Range(0, 600).Select(i => (double)i)]));
        Assert.All(numbers.Metrics, m => Assert.Equal(double.NaN, m.Value));
        Assert.Null(numbers.LabelRateInterval);
    }

    [Fact]
    public void Numbers_are_judged_by_their_errors()
    {
        var spec = new PerformanceSpec([PerformanceMetric.Rmse, PerformanceMetric.Mae], [new(PerformanceMetric.Mae, Limit: 1)]);
        var rows = new JudgedRows([.. Enumerable.Range(0, 600).Select(i => (double)i)], [.. Enumerable.Range(0, 600).Select(i => i + 2.0)]);
        var performance = Judge(spec, rows);
        Assert.Equal([2.0, 2.0], performance.Metrics.Select(m => m.Value));
        Assert.True(performance.Breached);
    }

    private static WindowPerformance Judge(PerformanceSpec spec, JudgedRows rows) => PerformanceAnalysis.Judge(spec, rows, Evaluation);

    private static JudgedRows Rows(int count, bool honest)
    {
        var random = new SeededRandom(7);
        double[] scores = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
        return new(scores, [.. scores.Select(s => random.NextDouble() < (honest ? s : 1 - s) ? 1.0 : 0)]);
    }
}
