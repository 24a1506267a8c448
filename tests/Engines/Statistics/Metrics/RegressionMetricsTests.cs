using Orrery.Engines.Tests;
using Orrery.Kernel;
using Orrery.Statistics.Metrics;
using Xunit;

namespace Orrery.Statistics.Tests.Metrics;

public sealed class RegressionMetricsTests
{
    [Fact]
    public void Every_metric_equals_scikit_learn()
    {
        foreach (var golden in Golden.Load("Statistics", "statistics.json").GetProperty("regressions").EnumerateArray())
        {
            var (actual, predicted, weights) = (golden.Doubles("actual"), golden.Doubles("predicted"), golden.Doubles("weights"));
            foreach (var (name, value) in RegressionMetrics.Evaluate(actual, predicted, weights))
                Golden.Same(golden.Double(name), value, 1e-10, name);
            Golden.Same(golden.Double("pinball"), RegressionMetrics.Pinball(actual, predicted, 0.8, weights), 1e-10, "pinball");
        }
    }

    [Fact]
    public void What_is_undefined_is_NaN()
    {
        Assert.True(double.IsNaN(RegressionMetrics.RootMeanSquaredError([], [])));
        Assert.True(double.IsNaN(RegressionMetrics.RSquared([3, 3], [3, 4])));
        Assert.True(double.IsNaN(RegressionMetrics.MeanAbsoluteError([1, double.NaN], [1, 1])));
        Assert.True(double.IsNaN(RegressionMetrics.MeanAbsolutePercentageError([0, 0], [1, 2])));
    }

    [Fact]
    public void Rows_that_are_zero_have_no_percentage() =>
        Assert.Equal(0.5, RegressionMetrics.MeanAbsolutePercentageError([0, 2], [9, 3]));

    [Fact]
    public void A_metric_knows_which_way_is_better()
    {
        Assert.Equal(0.1, MetricCatalogue.Find("roc_auc").Improvement(0.8, 0.7), 1e-12);
        Assert.Equal(-0.1, MetricCatalogue.Find("log_loss").Improvement(0.8, 0.7), 1e-12);
        var unknown = Assert.Throws<NotFoundException>(() => MetricCatalogue.Find("roc_acu"));
        Assert.Contains("'roc_auc'", unknown.Message, StringComparison.Ordinal);
    }
}
