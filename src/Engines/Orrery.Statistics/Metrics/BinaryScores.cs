namespace Orrery.Statistics.Metrics;

/// <summary>
/// Labels and scores of a binary classifier, sorted once, from which every metric and curve is read. Undefined metrics are NaN: no rows, no weight, one class
/// only where two are needed, any NaN score, or a score outside [0, 1] where a probability is needed. Immutable, thread-safe.
/// </summary>
/// <remarks>Constructor O(n log n); each metric O(n). Values agree with scikit-learn wherever both are defined.</remarks>
public sealed class BinaryScores
{
    // By ascending score: rows of equal score form one group, since no threshold can part them.
    private readonly double[] _scores;
    private readonly double[] _positives;
    private readonly double[] _negatives;
    private readonly bool _anyNaN;

    /// <summary>Takes a copy of rows, each a label, a score (higher is more positive) and perhaps a weight.</summary>
    /// <param name="labels">True is the positive class.</param>
    /// <param name="scores">As many as labels; infinities are allowed for ranking metrics.</param>
    /// <param name="weights">As many as labels, finite and not negative; empty means 1 each. Rows of weight 0 are as if absent.</param>
    public BinaryScores(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        Check.SameLength(labels.Length, scores.Length, nameof(scores));
        if (!weights.IsEmpty)
            Check.SameLength(labels.Length, weights.Length, nameof(weights));
        Rows = labels.Length;
        var sorted = scores.ToArray();
        var order = new int[sorted.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(sorted, order);
        var (distinct, positives, negatives) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < order.Length; i++)
        {
            var weight = weights.IsEmpty ? 1 : Check.NotNegative(weights[order[i]], nameof(weights));
            if (weight == 0)
                continue;
            _anyNaN |= double.IsNaN(sorted[i]);
            if (distinct.Count == 0 || distinct[^1] != sorted[i])
            {
                distinct.Add(sorted[i]);
                positives.Add(0);
                negatives.Add(0);
            }

            (labels[order[i]] ? positives : negatives)[^1] += weight;
        }

        (_scores, _positives, _negatives) = ([.. distinct], [.. positives], [.. negatives]);
        (PositiveWeight, NegativeWeight) = (_positives.Sum(), _negatives.Sum());
    }

    /// <summary>Rows given.</summary>
    public int Rows { get; }

    /// <summary>Weight of the positive rows.</summary>
    public double PositiveWeight { get; }

    /// <summary>Weight of the negative rows.</summary>
    public double NegativeWeight { get; }

    /// <summary>Weight of all rows.</summary>
    public double TotalWeight => PositiveWeight + NegativeWeight;

    internal ReadOnlySpan<double> DistinctScores => _scores;

    internal ReadOnlySpan<double> PositivesByScore => _positives;

    internal ReadOnlySpan<double> NegativesByScore => _negatives;

    internal bool IsRankable => !_anyNaN && TotalWeight > 0;

    internal bool AreProbabilities => IsRankable && _scores[0] >= 0 && _scores[^1] <= 1;

    /// <summary>
    /// Area under the ROC curve: the chance that a positive row scores above a negative one, ties one half.
    /// </summary>
    public double RocAuc()
    {
        if (!IsRankable || PositiveWeight == 0 || NegativeWeight == 0)
            return double.NaN;
        var (won, below) = (0.0, 0.0);
        for (var i = 0; i < _scores.Length; i++)
        {
            won += _positives[i] * (below + _negatives[i] / 2);
            below += _negatives[i];
        }

        return won / PositiveWeight / NegativeWeight;
    }

    /// <summary>Average precision, Σ (Rₙ − Rₙ₋₁) Pₙ: the area under the precision–recall steps, without interpolation.</summary>
    public double AveragePrecision()
    {
        if (!IsRankable || PositiveWeight == 0)
            return double.NaN;
        var (area, found, selected) = (0.0, 0.0, 0.0);
        for (var i = _scores.Length - 1; i >= 0; i--)
        {
            found += _positives[i];
            selected += _positives[i] + _negatives[i];
            area += _positives[i] / PositiveWeight * (found / selected);
        }

        return area;
    }

    /// <summary>Mean negative log-likelihood in nats; probabilities are kept 2⁻⁵² away from 0 and 1, as scikit-learn does.</summary>
    public double LogLoss()
    {
        const double Nearest = 2.220446049250313e-16;
        return Mean(static (p, positives, negatives) =>
        {
            var kept = Math.Clamp(p, Nearest, 1 - Nearest);
            return (positives == 0 ? 0 : -positives * Math.Log(kept)) + (negatives == 0 ? 0 : -negatives * Math.Log(1 - kept));
        });
    }

    /// <summary>Mean squared difference of probability and outcome, 0 to 1.</summary>
    public double Brier() => Mean(static (p, positives, negatives) => positives * (1 - p) * (1 - p) + negatives * p * p);

    /// <summary>Outcomes when every row with a score at or above the threshold is called positive.</summary>
    public ConfusionMatrix Confusion(double threshold)
    {
        if (!IsRankable || double.IsNaN(threshold))
            return ConfusionMatrix.Undefined;
        var (truePositives, falsePositives) = (0.0, 0.0);
        for (var i = _scores.Length - 1; i >= 0 && _scores[i] >= threshold; i--)
        {
            truePositives += _positives[i];
            falsePositives += _negatives[i];
        }

        return new ConfusionMatrix(
            truePositives, falsePositives, Math.Max(0, NegativeWeight - falsePositives), Math.Max(0, PositiveWeight - truePositives));
    }

    /// <summary>
    /// Every binary metric of <see cref="MetricCatalogue"/> by name: thresholded ones at <paramref name="threshold"/>, calibration error over
    /// <paramref name="calibrationBins"/> bins of equal width.
    /// </summary>
    public IReadOnlyDictionary<string, double> Evaluate(double threshold = 0.5, int calibrationBins = 10)
    {
        var confusion = Confusion(threshold);
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["roc_auc"] = RocAuc(),
            ["average_precision"] = AveragePrecision(),
            ["log_loss"] = LogLoss(),
            ["brier"] = Brier(),
            ["calibration_error"] = Calibration.ExpectedError(this, calibrationBins),
            ["accuracy"] = confusion.Accuracy,
            ["precision"] = confusion.Precision,
            ["recall"] = confusion.Recall,
            ["f1"] = confusion.F1,
            ["mcc"] = confusion.MatthewsCorrelation,
        };
    }

    private double Mean(Func<double, double, double, double> loss)
    {
        if (!AreProbabilities)
            return double.NaN;
        var sum = 0.0;
        for (var i = 0; i < _scores.Length; i++)
            sum += loss(_scores[i], _positives[i], _negatives[i]);
        return sum / TotalWeight;
    }
}
