namespace Orrery.Statistics;

/// <summary>
/// What a comparison of two samples, two histograms or two tables of counts found: the shared result of every test and distance.
/// </summary>
/// <param name="Statistic">The test's own statistic, or the distance. NaN where it is undefined: a side without a single valid value.</param>
/// <param name="PValue">Probability of a statistic at least this extreme when both sides have one distribution; null for a bare distance.</param>
/// <param name="EffectSize">
/// How large the difference is, whatever the number of rows: the measure to set an alert on, since with enough rows every p-value is tiny.
/// Each test documents its own; for a bare distance it is the distance, unless documented otherwise.
/// </param>
public readonly record struct Comparison(double Statistic, double? PValue, double EffectSize)
{
    /// <summary>Nothing can be said: at least one side holds no valid value.</summary>
    public static Comparison Undefined { get; } = new(double.NaN, null, double.NaN);

    /// <summary>Whether there was enough data for a statistic.</summary>
    public bool IsDefined => !double.IsNaN(Statistic);

    internal static Comparison Distance(double distance) => new(distance, null, distance);
}
