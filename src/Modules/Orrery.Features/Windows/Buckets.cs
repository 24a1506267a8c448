using Orrery.Features.Views;

namespace Orrery.Features.Windows;

/// <summary>How events enter a bucket, buckets are folded into a window, and features are read off the fold.</summary>
internal static class Buckets
{
    /// <summary>Makes a bucket empty: the neutral element of every slot.</summary>
    public static void Clear(FeatureViewPlan plan, Span<double> bucket)
    {
        bucket[..plan.Sums].Clear();
        bucket.Slice(plan.Sums, plan.Minima).Fill(double.PositiveInfinity);
        bucket[(plan.Sums + plan.Minima)..].Fill(double.NegativeInfinity);
    }

    /// <summary>Takes an event in.</summary>
    /// <param name="plan">The view.</param>
    /// <param name="bucket">The bucket of its entity and tick.</param>
    /// <param name="values">For each measure the event's value; NaN where it has none or the condition does not hold.</param>
    /// <param name="known">When it became known, in microseconds.</param>
    public static void Add(FeatureViewPlan plan, Span<double> bucket, ReadOnlySpan<double> values, long known)
    {
        for (var i = 0; i < plan.Slots.Count; i++)
        {
            var value = values[plan.Slots[i].Measure];
            if (double.IsNaN(value))
                continue;
            switch (plan.Slots[i].Kind)
            {
                case SlotKind.Count: bucket[i]++; break;
                case SlotKind.Sum: bucket[i] += value; break;
                case SlotKind.SumOfSquares: bucket[i] += value * value; break;
                case SlotKind.Minimum: bucket[i] = Math.Min(bucket[i], value); break;
                case SlotKind.Maximum: bucket[i] = Math.Max(bucket[i], value); break;
                case SlotKind.LastKnown: TakeLater(bucket.Slice(i, 2), known, value); break;
                case SlotKind.LastValue: break; // with LastKnown
                default: throw new InvalidOperationException($"Slot kind {plan.Slots[i].Kind}.");
            }
        }
    }

    /// <summary>Folds a bucket into a window. Always oldest first: sums of doubles depend on the order, and equal orders give equal bits.</summary>
    public static void Merge(FeatureViewPlan plan, Span<double> window, ReadOnlySpan<double> bucket)
    {
        var sums = plan.Sums;
        for (var i = 0; i < sums; i++)
            window[i] += bucket[i];
        var minima = sums + plan.Minima;
        for (var i = sums; i < minima; i++)
            window[i] = Math.Min(window[i], bucket[i]);
        var maxima = minima + plan.Maxima;
        for (var i = minima; i < maxima; i++)
            window[i] = Math.Max(window[i], bucket[i]);
        for (var i = maxima; i < bucket.Length; i += 2)
            TakeLater(window.Slice(i, 2), bucket[i], bucket[i + 1]);
    }

    /// <summary>The value of a feature over a folded window.</summary>
    public static double Read(in PlannedFeature feature, ReadOnlySpan<double> window) => feature.Aggregate switch
    {
        Aggregate.Count or Aggregate.Sum => window[feature.Value],
        Aggregate.Mean => window[feature.Count] == 0 ? double.NaN : window[feature.Value] / window[feature.Count],
        Aggregate.Std => StandardDeviation(window[feature.Count], window[feature.Value], window[feature.Squares]),
        _ => double.IsFinite(window[feature.Value]) ? window[feature.Value] : double.NaN,
    };

    // n·Σx² − (Σx)² loses all digits where the mean is large against the deviation, unless the products are kept exact: with their rounding
    // errors added back (Dekker's two-product by fused multiply-add) the result is good to the last digits whenever the sums themselves are exact.
    private static double StandardDeviation(double count, double sum, double squares)
    {
        if (count < 2)
            return double.NaN;
        var (a, b) = (count * squares, sum * sum);
        var error = Math.FusedMultiplyAdd(count, squares, -a) - Math.FusedMultiplyAdd(sum, sum, -b);
        return Math.Sqrt(Math.Max(0, a - b + error) / (count * (count - 1)));
    }

    private static void TakeLater(Span<double> last, double known, double value)
    {
        if (known > last[0] || (known == last[0] && value > last[1]))
            (last[0], last[1]) = (known, value);
    }
}
