using Orrery.Search.Points;
using Orrery.Search.Vectors;

namespace Orrery.Search.Queries;

/// <summary>Scores that are made of several similarities; greater is better.</summary>
internal static class Scorers
{
    // Keeps two equal similarities on the losing side, as a point on the border between two zones belongs to neither.
    private const float Margin = 1.1920929e-7f;

    public static Func<int, float> BestScore(VectorColumn column, IReadOnlyList<VectorValue> positive, IReadOnlyList<VectorValue> negative)
    {
        var (good, bad) = (All(column, positive), All(column, negative));
        return slot =>
        {
            var (best, worst) = (Max(good, slot), Max(bad, slot));
            return best > worst ? Scaled(best) : -Scaled(worst);
        };
    }

    public static Func<int, float> SumScores(VectorColumn column, IReadOnlyList<VectorValue> positive, IReadOnlyList<VectorValue> negative)
    {
        var (good, bad) = (All(column, positive), All(column, negative));
        return slot => good.Sum(score => score(slot)) - bad.Sum(score => score(slot));
    }

    public static Func<int, float> Discover(VectorColumn column, VectorValue target, IReadOnlyList<(VectorValue Positive, VectorValue Negative)> pairs)
    {
        var (goal, sides) = (column.Scorer(target), Sides(column, pairs));
        return slot => sides.Sum(side => Math.Sign(side.Positive(slot) - side.Negative(slot))) + Scaled(goal(slot));
    }

    public static Func<int, float> Context(VectorColumn column, IReadOnlyList<(VectorValue Positive, VectorValue Negative)> pairs)
    {
        var sides = Sides(column, pairs);
        return slot => sides.Sum(side => Sigmoid(Math.Min(side.Positive(slot) - side.Negative(slot) - Margin, 0)));
    }

    public static Func<int, float> Feedback(VectorColumn column, RelevanceFeedback feedback, VectorValue target, IReadOnlyList<(VectorValue Vector, float Score)> judged)
    {
        var goal = column.Scorer(target);
        var scores = judged.Select(one => (Of: column.Scorer(one.Vector), one.Score)).ToList();
        // A pair whose first was judged better; its weight is the same for all points.
        var pairs = (from better in scores from worse in scores where better.Score > worse.Score select (better.Of, worse.Of, Weight: MathF.Pow(better.Score - worse.Score, feedback.B) * feedback.C)).ToList();
        return slot => feedback.A * goal(slot) + pairs.Sum(pair => pair.Weight * (pair.Item1(slot) - pair.Item2(slot)));
    }

    /// <summary>Between the mean of the positive and its reflection on the mean of the negative.</summary>
    public static VectorValue Average(IReadOnlyList<VectorValue> positive, IReadOnlyList<VectorValue> negative)
    {
        if (positive[0] is MultiVector first)
        {
            // There is no mean of multivectors: the rows of all, those of the negative turned round.
            var rows = positive.Cast<MultiVector>().SelectMany(multi => multi.Values).Concat(negative.Cast<MultiVector>().SelectMany(multi => multi.Values.Select(value => -value))).ToArray();
            return new MultiVector(rows, rows.Length / first.Dimension);
        }

        if (positive[0] is SparseVector)
            return Difference(Mean(positive.Cast<SparseVector>()), negative.Count == 0 ? null : Mean(negative.Cast<SparseVector>()));
        var mean = Mean(positive.Cast<DenseVector>());
        if (negative.Count == 0)
            return new DenseVector(mean);
        var other = Mean(negative.Cast<DenseVector>());
        return new DenseVector([.. mean.Select((value, i) => value + value - other[i])]);
    }

    private static float[] Mean(IEnumerable<DenseVector> vectors)
    {
        var all = vectors.ToList();
        return [.. Enumerable.Range(0, all[0].Values.Length).Select(i => all.Sum(vector => vector.Values[i]) / all.Count)];
    }

    private static SortedDictionary<uint, float> Mean(IEnumerable<SparseVector> vectors)
    {
        var all = vectors.ToList();
        var mean = new SortedDictionary<uint, float>();
        foreach (var vector in all)
        {
            for (var i = 0; i < vector.Indices.Length; i++)
                mean[vector.Indices[i]] = mean.GetValueOrDefault(vector.Indices[i]) + vector.Values[i] / all.Count;
        }

        return mean;
    }

    private static SparseVector Difference(SortedDictionary<uint, float> mean, SortedDictionary<uint, float>? other)
    {
        if (other is not null)
        {
            foreach (var index in mean.Keys.ToList())
                mean[index] *= 2;
            foreach (var (index, value) in other)
                mean[index] = mean.GetValueOrDefault(index) - value;
        }

        return new([.. mean.Keys], [.. mean.Values]);
    }

    private static List<Func<int, float>> All(VectorColumn column, IReadOnlyList<VectorValue> examples) => [.. examples.Select(column.Scorer)];

    private static List<(Func<int, float> Positive, Func<int, float> Negative)> Sides(VectorColumn column, IReadOnlyList<(VectorValue Positive, VectorValue Negative)> pairs) =>
        [.. pairs.Select(pair => (column.Scorer(pair.Positive), column.Scorer(pair.Negative)))];

    private static float Max(List<Func<int, float>> scores, int slot) => scores.Count == 0 ? float.NegativeInfinity : scores.Max(score => score(slot));

    private static float Sigmoid(float x) => x / (1 + Math.Abs(x));

    private static float Scaled(float x) => float.IsNegativeInfinity(x) ? 0 : 0.5f * (Sigmoid(x) + 1);
}
