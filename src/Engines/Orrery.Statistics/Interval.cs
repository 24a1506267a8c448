namespace Orrery.Statistics;

/// <summary>A closed interval, as a confidence interval. Both ends NaN where it is undefined.</summary>
/// <param name="Lower">The lower end, perhaps −∞.</param>
/// <param name="Upper">The upper end, perhaps +∞.</param>
public readonly record struct Interval(double Lower, double Upper)
{
    /// <summary>No data, no interval.</summary>
    public static Interval Undefined { get; } = new(double.NaN, double.NaN);

    /// <summary>Upper − lower.</summary>
    public double Width => Upper - Lower;

    /// <summary>Whether the value lies inside or on an end; false when undefined.</summary>
    public bool Contains(double value) => value >= Lower && value <= Upper;
}
