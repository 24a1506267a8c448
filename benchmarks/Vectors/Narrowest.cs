namespace Orrery.Benchmarks.Vectors;

/// <summary>The least effort that reaches a recall.</summary>
internal static class Narrowest
{
    /// <summary>By halving, as recall grows with effort; <paramref name="most"/> where even that is not enough.</summary>
    public static async Task<int> FindAsync(double goal, int least, int most, Func<int, Task<double>> recall)
    {
        var (low, high) = (least - 1, most);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (await recall(middle) >= goal)
                high = middle;
            else
                low = middle;
        }

        return high;
    }
}
