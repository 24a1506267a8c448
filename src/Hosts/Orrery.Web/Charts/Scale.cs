namespace Orrery.Web.Charts;

/// <summary>Maps values to places on an axis, with ticks at round values.</summary>
internal sealed class Scale
{
    private Scale(double low, double high, double from, double to) => (Low, High, From, To) = (low, high, from, to);

    public double Low { get; }

    public double High { get; }

    public double From { get; }

    public double To { get; }

    /// <summary>A scale over the finite ones of <paramref name="values"/>; of equal values it makes a range, so that nothing is divided by zero.</summary>
    public static Scale Over(IEnumerable<double> values, double from, double to)
    {
        var finite = values.Where(double.IsFinite).ToList();
        var (low, high) = finite.Count == 0 ? (0d, 1d) : (finite.Min(), finite.Max());
        if (low == high)
        {
            var margin = low == 0 ? 1 : Math.Abs(low) * 0.1;
            (low, high) = (low - margin, high + margin);
        }

        return new(low, high, from, to);
    }

    /// <summary>The same with some room at both ends.</summary>
    public Scale Padded(double share = 0.06) => new(Low - ((High - Low) * share), High + ((High - Low) * share), From, To);

    public double At(double value) => From + ((value - Low) / (High - Low) * (To - From));

    /// <summary>The value at a place; one beyond the axis is its end.</summary>
    public double ValueAt(double place) => Math.Clamp(Low + ((place - From) / (To - From) * (High - Low)), Low, High);

    /// <summary>Round values, about <paramref name="count"/> of them (Heckbert, Graphics Gems 1990: steps of 1, 2 and 5).</summary>
    public IReadOnlyList<double> Ticks(int count = 4)
    {
        var rough = (High - Low) / count;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = (rough / power) switch { < 1.5 => power, < 3 => 2 * power, < 7 => 5 * power, _ => 10 * power };
        var ticks = new List<double>();
        for (var i = Math.Ceiling(Low / step); i * step <= High + (step * 1e-9); i++)
            ticks.Add(i * step);
        return ticks;
    }
}
