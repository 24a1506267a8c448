using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers;

/// <summary>
/// Which parameters a trial at a point will have: by the conditions of a declared space. Where the objective defines the space by what it asks for, by what trials with the same
/// categories had, most of them: without that a model would see room to explore in coordinates that nobody will ask for. It depends on the set of trials alone.
/// </summary>
internal sealed class ActiveParameters(SearchSpace space)
{
    private readonly List<Seen> _seen = [];

    private sealed record Seen(double[] Example)
    {
        public int Count { get; set; }
    }

    /// <summary>A trial had these.</summary>
    public void Add(ReadOnlyMemory<double> point)
    {
        if (!space.IsDefinedByRun)
            return;
        var known = _seen.Find(seen => IsLike(seen.Example, point.Span));
        if (known is null)
            _seen.Add(known = new Seen(point.ToArray()));
        known.Count++;
    }

    /// <summary>The point without the coordinates that a trial there will not have.</summary>
    public double[] Settled(double[] point)
    {
        if (!space.IsDefinedByRun)
            return space.Settled(point);
        Seen? best = null;
        foreach (var seen in _seen)
        {
            if (HasCategoriesOf(seen.Example, point) && (best is null || seen.Count > best.Count || (seen.Count == best.Count && string.CompareOrdinal(Pattern(seen.Example), Pattern(best.Example)) < 0)))
                best = seen;
        }

        return best is null ? point : [.. point.Select((x, d) => double.IsNaN(best.Example[d]) ? Dimension.Inactive : x)];
    }

    private bool IsLike(double[] example, ReadOnlySpan<double> point)
    {
        for (var d = 0; d < example.Length; d++)
        {
            if (double.IsNaN(example[d]) != double.IsNaN(point[d]) || (IsCategory(d, example) && example[d] != point[d]))
                return false;
        }

        return true;
    }

    private bool HasCategoriesOf(double[] example, double[] point)
    {
        for (var d = 0; d < example.Length; d++)
        {
            if (IsCategory(d, example) && example[d] != space.Dimensions[d].Nearest(point[d]))
                return false;
        }

        return true;
    }

    private bool IsCategory(int d, double[] example) => space.Dimensions[d].IsCategorical && !double.IsNaN(example[d]);

    private static string Pattern(double[] example) => string.Concat(example.Select(x => double.IsNaN(x) ? '0' : '1'));
}
