namespace Orrery.Fairness.Groups;

/// <summary>Rows of one outcome, with what Kish's effective sample size needs.</summary>
internal readonly record struct OutcomeCount(int Rows, double Weight, double SquaredWeight)
{
    public static OutcomeCount operator +(OutcomeCount a, OutcomeCount b) =>
        new(a.Rows + b.Rows, a.Weight + b.Weight, a.SquaredWeight + b.SquaredWeight);
}

/// <summary>The four outcomes in rows and weight: the minimum group size is about rows, the rates are about weight.</summary>
internal sealed record OutcomeCounts(
    OutcomeCount TruePositives, OutcomeCount FalsePositives, OutcomeCount TrueNegatives, OutcomeCount FalseNegatives)
{
    public static OutcomeCounts Of(ReadOnlySpan<bool> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights, double threshold)
    {
        // [label × 2 + predicted]
        Span<OutcomeCount> cells = stackalloc OutcomeCount[4];
        for (var i = 0; i < labels.Length; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            var cell = (labels[i] ? 2 : 0) + (scores[i] >= threshold ? 1 : 0);
            cells[cell] += new OutcomeCount(1, weight, weight * weight);
        }

        return new OutcomeCounts(cells[3], cells[1], cells[0], cells[2]);
    }
}
