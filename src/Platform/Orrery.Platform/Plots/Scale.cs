using System.Globalization;

namespace Orrery.Platform.Plots;

/// <summary>Maps values to pixels, and finds round tick values.</summary>
/// <param name="Low">The value at <paramref name="From"/>; of a logarithmic scale above 0.</param>
/// <param name="High">The value at <paramref name="To"/>.</param>
/// <param name="From">The pixel where it begins.</param>
/// <param name="To">The pixel where it ends.</param>
public readonly record struct Scale(double Low, double High, double From, double To)
{
    private static readonly int[] Times = [1, 2, 5];

    /// <summary>Whether equal ratios, not equal differences, lie equally far apart.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>A scale that holds all finite values, begins and ends at a tick, and is never empty.</summary>
    public static Scale Around(IEnumerable<double> values, double from, double to, int ticks = 5)
    {
        var finite = values.Where(double.IsFinite).ToList();
        var (low, high) = finite.Count == 0 ? (0, 1) : (finite.Min(), finite.Max());
        if (low == high)
            (low, high) = (low - 0.5, high + 0.5);
        var step = Step(high - low, ticks);
        return new(Math.Floor(low / step) * step, Math.Ceiling(high / step) * step, from, to);
    }

    /// <summary>A logarithmic scale that holds all finite values above 0, and begins and ends at a power of ten.</summary>
    public static Scale Logarithmic(IEnumerable<double> values, double from, double to)
    {
        var positive = values.Where(value => double.IsFinite(value) && value > 0).ToList();
        var (low, high) = positive.Count == 0 ? (1, 10) : (positive.Min(), positive.Max());
        var first = Math.Floor(Math.Log10(low));
        return new(Math.Pow(10, first), Math.Pow(10, Math.Max(Math.Ceiling(Math.Log10(high)), first + 1)), from, to) { IsLogarithmic = true };
    }

    /// <summary>The pixel of a value.</summary>
    public double this[double value] => From + (At(value) - At(Low)) / (At(High) - At(Low)) * (To - From);

    /// <summary>Round values (1, 2 or 5 times a power of ten), about as many as wished; of a logarithmic scale all of them.</summary>
    public IEnumerable<(double Value, string Label)> Ticks(int wished = 5) => IsLogarithmic ? LogarithmicTicks() : LinearTicks(wished);

    private IEnumerable<(double Value, string Label)> LinearTicks(int wished)
    {
        var step = Step(High - Low, wished);
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step)), 0, 12);
        var format = "0." + new string('#', decimals);
        for (var i = (long)Math.Ceiling(Low / step - 1e-9); i * step <= High + step * 1e-9; i++)
            yield return (i * step, (i * step).ToString(format, CultureInfo.InvariantCulture));
    }

    private IEnumerable<(double Value, string Label)> LogarithmicTicks()
    {
        for (var power = Low; power <= High * 1.001; power *= 10)
        {
            foreach (var times in Times)
            {
                if (times * power <= High * 1.001)
                    yield return (times * power, (times * power).ToString("#,0.######", CultureInfo.InvariantCulture));
            }
        }
    }

    private double At(double value) => IsLogarithmic ? Math.Log10(value) : value;

    private static double Step(double range, int ticks)
    {
        var rough = range / Math.Max(1, ticks);
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power * (rough / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
    }
}
