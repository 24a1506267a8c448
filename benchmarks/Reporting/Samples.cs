namespace Orrery.Benchmarks.Reporting;

/// <summary>Order statistics.</summary>
internal static class Samples
{
    public static double Median(IReadOnlyList<double> values) => Quantile(values, 0.5);

    /// <summary>Linear between order statistics (Hyndman and Fan 1996, type 7).</summary>
    public static double Quantile(IReadOnlyList<double> values, double share)
    {
        if (values.Count == 0)
            throw new ArgumentException("There are no values.", nameof(values));
        var sorted = values.Order().ToArray();
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return below == sorted.Length - 1 ? sorted[below] : sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below]));
    }

    /// <summary>
    /// Measures ours and the peer in turn, who goes first changing with each round: what drifts on the machine (heat, page cache, neighbours) meets both.
    /// </summary>
    public static async Task<(List<T> Ours, List<T> Theirs)> InTurnAsync<T>(int rounds, Func<int, Task<T>> ours, Func<int, Task<T>> theirs)
    {
        var (left, right) = (new List<T>(rounds), new List<T>(rounds));
        for (var round = 0; round < rounds; round++)
        {
            if (round % 2 == 0)
                left.Add(await ours(round));
            right.Add(await theirs(round));
            if (round % 2 == 1)
                left.Add(await ours(round));
        }

        return (left, right);
    }
}
