namespace Orrery.Statistics.Metrics;

/// <summary>How scores are gathered into bins to compare them with what happened.</summary>
public enum CalibrationBinning
{
    /// <summary>[0, 1] cut into bins of equal width, the last one closed.</summary>
    EqualWidth,

    /// <summary>Bins of about equal weight; rows of equal score stay together.</summary>
    EqualMass,
}

/// <summary>One point of a calibration curve.</summary>
/// <param name="MeanScore">What was predicted on average.</param>
/// <param name="PositiveRate">What happened.</param>
/// <param name="Weight">Weight of the bin's rows.</param>
public readonly record struct CalibrationBin(double MeanScore, double PositiveRate, double Weight);

/// <summary>Do events that were given probability p happen in a share p of cases? Thread-safe, O(n).</summary>
public static class Calibration
{
    /// <summary>Mean score against outcome per bin, by ascending score; empty bins are left out. Empty where a score is not a probability.</summary>
    public static IReadOnlyList<CalibrationBin> Curve(BinaryScores scores, int bins = 10, CalibrationBinning binning = CalibrationBinning.EqualWidth)
    {
        ArgumentNullException.ThrowIfNull(scores);
        Check.AtLeast(1, bins);
        if (!scores.AreProbabilities)
            return [];
        var sums = new (double Score, double Positives, double Weight)[bins];
        var below = 0.0;
        for (var i = 0; i < scores.DistinctScores.Length; i++)
        {
            var score = scores.DistinctScores[i];
            var weight = scores.PositivesByScore[i] + scores.NegativesByScore[i];
            // Equal mass: a group of ties goes where its middle lies.
            var position = binning == CalibrationBinning.EqualWidth ? score : (below + weight / 2) / scores.TotalWeight;
            var bin = Math.Min(bins - 1, (int)(position * bins));
            sums[bin] = (sums[bin].Score + score * weight, sums[bin].Positives + scores.PositivesByScore[i], sums[bin].Weight + weight);
            below += weight;
        }

        return [.. sums.Where(s => s.Weight > 0).Select(s => new CalibrationBin(s.Score / s.Weight, s.Positives / s.Weight, s.Weight))];
    }

    /// <summary>Expected calibration error: the mean gap of the curve to the diagonal, weighted by rows, 0 to 1 (Naeini et al. 2015). NaN where undefined.</summary>
    public static double ExpectedError(BinaryScores scores, int bins = 10, CalibrationBinning binning = CalibrationBinning.EqualWidth)
    {
        var curve = Curve(scores, bins, binning);
        return curve.Count == 0 ? double.NaN : curve.Sum(b => Math.Abs(b.MeanScore - b.PositiveRate) * b.Weight) / scores.TotalWeight;
    }
}
