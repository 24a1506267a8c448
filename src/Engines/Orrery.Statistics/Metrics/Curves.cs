namespace Orrery.Statistics.Metrics;

/// <summary>One point of a curve over thresholds.</summary>
/// <param name="X">False positive rate (ROC) or recall (precision–recall).</param>
/// <param name="Y">True positive rate or precision.</param>
/// <param name="Threshold">Rows at or above it are called positive; +∞ calls none.</param>
public readonly record struct CurvePoint(double X, double Y, double Threshold);

/// <summary>
/// Curves for a picture: exact points, thinned so that a million rows do not become a million points. Thinning keeps both ends and one point in each step
/// of the curve's length. Empty where the curve is undefined. Thread-safe, O(n).
/// </summary>
public static class Curves
{
    /// <summary>Points of a curve unless asked otherwise; more than a screen shows.</summary>
    public const int DefaultPoints = 256;

    /// <summary>True positive rate over false positive rate, from (0, 0) to (1, 1).</summary>
    public static IReadOnlyList<CurvePoint> Roc(BinaryScores scores, int maxPoints = DefaultPoints)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return scores.PositiveWeight == 0 || scores.NegativeWeight == 0
            ? []
            : Trace(scores, maxPoints, new CurvePoint(0, 0, double.PositiveInfinity),
                (tp, fp, threshold) => new CurvePoint(fp / scores.NegativeWeight, tp / scores.PositiveWeight, threshold));
    }

    /// <summary>Precision over recall, by rising recall; begins at recall 0 with precision 1 by convention.</summary>
    public static IReadOnlyList<CurvePoint> PrecisionRecall(BinaryScores scores, int maxPoints = DefaultPoints)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return scores.PositiveWeight == 0
            ? []
            : Trace(scores, maxPoints, new CurvePoint(0, 1, double.PositiveInfinity),
                (tp, fp, threshold) => new CurvePoint(tp / scores.PositiveWeight, tp / (tp + fp), threshold));
    }

    private static List<CurvePoint> Trace(BinaryScores scores, int maxPoints, CurvePoint start, Func<double, double, double, CurvePoint> point)
    {
        Check.AtLeast(2, maxPoints);
        if (!scores.IsRankable)
            return [];
        var all = new List<CurvePoint>(scores.DistinctScores.Length + 1) { start };
        var (truePositives, falsePositives) = (0.0, 0.0);
        for (var i = scores.DistinctScores.Length - 1; i >= 0; i--)
        {
            truePositives += scores.PositivesByScore[i];
            falsePositives += scores.NegativesByScore[i];
            all.Add(point(truePositives, falsePositives, scores.DistinctScores[i]));
        }

        return all.Count <= maxPoints ? all : Thin(all, maxPoints);
    }

    private static List<CurvePoint> Thin(List<CurvePoint> points, int maxPoints)
    {
        var length = 0.0;
        for (var i = 1; i < points.Count; i++)
            length += Step(points[i - 1], points[i]);
        var thinned = new List<CurvePoint>(maxPoints) { points[0] };
        var travelled = 0.0;
        for (var i = 1; i < points.Count - 1; i++)
        {
            travelled += Step(points[i - 1], points[i]);
            // The k-th kept point is the first beyond k parts of the length; the last place is kept for the end.
            if (thinned.Count < maxPoints - 1 && travelled >= length * thinned.Count / (maxPoints - 1))
                thinned.Add(points[i]);
        }

        thinned.Add(points[^1]);
        return thinned;
    }

    private static double Step(CurvePoint from, CurvePoint to) => Math.Abs(to.X - from.X) + Math.Abs(to.Y - from.Y);
}
