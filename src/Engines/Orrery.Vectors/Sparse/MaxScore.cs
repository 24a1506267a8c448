using Orrery.Vectors.Flat;

namespace Orrery.Vectors.Sparse;

/// <summary>
/// The k greatest dot products, point by point (MaxScore: Turtle and Flood 1995). Dimensions whose bounds together do not reach the k-th score cannot bring a point in by
/// themselves: they are only asked about points that the others name, the greatest bound first and as long as the point can still get in.
/// </summary>
internal ref struct MaxScore
{
    private readonly Span<PostingCursor> _cursors;
    private readonly Span<double> _reach;
    private int _essential;

    /// <param name="cursors">Of the query's dimensions; sorted in place.</param>
    /// <param name="reach">(cursors): room for the sum of bounds up to each.</param>
    public MaxScore(Span<PostingCursor> cursors, Span<double> reach)
    {
        cursors.Sort(static (x, y) => x.Bound.CompareTo(y.Bound));
        var sum = 0d;
        for (var i = 0; i < cursors.Length; i++)
            reach[i] = sum += cursors[i].Bound;
        _cursors = cursors;
        _reach = reach;
    }

    /// <summary>Fills the heap with ids and negated scores.</summary>
    public int Run(ReadOnlySpan<long> ids, ReadOnlySpan<bool> hidden, IdSet? allowed, Predicate<long>? filter, Span<Neighbor> nearest)
    {
        var top = new TopK(nearest);
        var threshold = double.NegativeInfinity;
        while (Lowest() is var slot and not PostingCursor.End)
        {
            var wanted = !hidden[slot] && (allowed is null || allowed.Contains(ids[slot])) && (filter is null || filter(ids[slot]));
            var (score, complete) = Score(slot, wanted, threshold);
            if (!wanted || !complete)
                continue;
            top.Offer(new Neighbor(ids[slot], (float)-score));
            if (top.Count < nearest.Length)
                continue;
            threshold = -(double)nearest[0].Distance;
            // Below, not at the threshold: of equal scores the lower id wins. The float of a score may be half a unit above it.
            while (_essential < _cursors.Length && _reach[_essential] < threshold - Math.Abs(threshold) * 1e-6)
                _essential++;
        }

        return top.Count;
    }

    private readonly int Lowest()
    {
        var lowest = PostingCursor.End;
        for (var i = _essential; i < _cursors.Length; i++)
            lowest = Math.Min(lowest, _cursors[i].Slot);
        return lowest;
    }

    private readonly (double Score, bool Complete) Score(int slot, bool wanted, double threshold)
    {
        var score = 0d;
        for (var i = _essential; i < _cursors.Length; i++)
        {
            ref var cursor = ref _cursors[i];
            if (cursor.Slot != slot)
                continue;
            score += cursor.Score;
            cursor.Next();
        }

        for (var i = _essential - 1; wanted && i >= 0; i--)
        {
            if (score + _reach[i] < threshold - Math.Abs(threshold) * 1e-6)
                return (score, false);
            ref var cursor = ref _cursors[i];
            if (cursor.Slot < slot)
                cursor.SkipTo(slot);
            if (cursor.Slot == slot)
                score += cursor.Score;
        }

        return (score, true);
    }
}
