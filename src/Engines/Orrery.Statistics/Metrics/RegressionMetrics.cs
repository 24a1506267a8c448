namespace Orrery.Statistics.Metrics;

/// <summary>
/// Metrics of numeric predictions, weighted where weights are given (empty means 1 each). NaN where undefined: no weight, or any NaN among the values.
/// O(n), thread-safe.
/// </summary>
public static class RegressionMetrics
{
    /// <summary>Root mean squared error, in the target's unit.</summary>
    public static double RootMeanSquaredError(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default) =>
        Math.Sqrt(Mean(actual, predicted, weights, static (a, p) => (a - p) * (a - p)));

    /// <summary>Mean absolute error, in the target's unit.</summary>
    public static double MeanAbsoluteError(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default) =>
        Mean(actual, predicted, weights, static (a, p) => Math.Abs(a - p));

    /// <summary>1 − residual / total sum of squares; NaN where the target is constant.</summary>
    public static double RSquared(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        var mean = Mean(actual, predicted, weights, static (a, _) => a);
        var total = Mean(actual, predicted, weights, (a, _) => (a - mean) * (a - mean));
        return total == 0 ? double.NaN : 1 - Mean(actual, predicted, weights, static (a, p) => (a - p) * (a - p)) / total;
    }

    /// <summary>Pinball loss of a predicted quantile (Koenker &amp; Bassett 1978).</summary>
    /// <param name="actual">What happened.</param>
    /// <param name="predicted">The predicted quantiles.</param>
    /// <param name="quantile">Which quantile, strictly between 0 and 1.</param>
    /// <param name="weights">Empty means 1 each.</param>
    public static double Pinball(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, double quantile, ReadOnlySpan<double> weights = default)
    {
        Check.Probability(quantile);
        return Mean(actual, predicted, weights, (a, p) => a >= p ? quantile * (a - p) : (1 - quantile) * (p - a));
    }

    /// <summary>
    /// Mean of |error| / |actual| as a share, over the rows whose actual value is not 0: there the ratio has no meaning. NaN where no such row is left.
    /// (scikit-learn divides by 2⁻⁵² instead, and one zero row then outweighs all others.)
    /// </summary>
    public static double MeanAbsolutePercentageError(ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default)
    {
        var defined = Mean(actual, predicted, weights, static (a, _) => a == 0 ? 0 : 1);
        return defined == 0 ? double.NaN : Mean(actual, predicted, weights, static (a, p) => a == 0 ? 0 : Math.Abs((a - p) / a)) / defined;
    }

    /// <summary>Every regression metric of <see cref="MetricCatalogue"/> by name.</summary>
    public static IReadOnlyDictionary<string, double> Evaluate(
        ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights = default) =>
        new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["rmse"] = RootMeanSquaredError(actual, predicted, weights),
            ["mae"] = MeanAbsoluteError(actual, predicted, weights),
            ["r2"] = RSquared(actual, predicted, weights),
            ["mape"] = MeanAbsolutePercentageError(actual, predicted, weights),
        };

    private static double Mean(
        ReadOnlySpan<double> actual, ReadOnlySpan<double> predicted, ReadOnlySpan<double> weights, Func<double, double, double> ofRow)
    {
        Check.SameLength(actual.Length, predicted.Length, nameof(predicted));
        if (!weights.IsEmpty)
            Check.SameLength(actual.Length, weights.Length, nameof(weights));
        var (sum, total) = (0.0, 0.0);
        for (var i = 0; i < actual.Length; i++)
        {
            var weight = weights.IsEmpty ? 1 : Check.NotNegative(weights[i], nameof(weights));
            if (weight == 0)
                continue;
            sum += weight * (double.IsNaN(actual[i]) || double.IsNaN(predicted[i]) ? double.NaN : ofRow(actual[i], predicted[i]));
            total += weight;
        }

        return sum / total;
    }
}
