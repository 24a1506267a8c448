using System.Globalization;

namespace Orrery.Training.Plots;

/// <summary>Maps values to pixels, and finds round tick values.</summary>
internal readonly record struct LinearScale(double Low, double High, double From, double To)
{
    /// <summary>A scale that holds all finite values, begins and ends at a tick, and is never empty.</summary>
    public static LinearScale Around(IEnumerable<double> values, double from, double to, int ticks = 5)
    {
        var finite = values.Where(double.IsFinite).ToList();
        var (low, high) = finite.Count == 0 ? (0, 1) : (finite.Min(), finite.Max());
        if (low == high)
            (low, high) = (low - 0.5, high + 0.5);
        var step = Step(high - low, ticks);
        return new(Math.Floor(low / step) * step, Math.Ceiling(high / step) * step, from, to);
    }

    public double this[double value] => From + (value - Low) / (High - Low) * (To - From);

    /// <summary>Round values (1, 2 or 5 times a power of ten), about as many as wished.</summary>
    public IEnumerable<(double Value, string Label)> Ticks(int wished = 5)
    {
        var step = Step(High - Low, wished);
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step)), 0, 12);
        var format = "0." + new string('#', decimals);
        for (var i = (long)Math.Ceiling(Low / step - 1e-9); i * step <= High + step * 1e-9; i++)
            yield return (i * step, (i * step).ToString(format, CultureInfo.InvariantCulture));
    }

    private static double Step(double range, int ticks)
    {
        var rough = range / Math.Max(1, ticks);
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power * (rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
    }
}
