namespace Orrery.Vectors.Sparse;

/// <summary>A place in the postings of one dimension of a query.</summary>
internal struct PostingCursor
{
    /// <summary>Behind the last slot.</summary>
    public const int End = int.MaxValue;

    private readonly Postings _postings;
    private readonly float _weight;
    private int _at;

    public PostingCursor(Postings postings, float weight)
    {
        (_postings, _weight) = (postings, weight);
        // What lacks the dimension adds nothing, so no bound is below zero, whatever the signs.
        Bound = Math.Max(0, Math.Max((double)weight * postings.Greatest, (double)weight * postings.Least));
        Slot = postings.Count == 0 ? End : postings.Slots[0];
    }

    /// <summary>What the dimension adds to a score at most.</summary>
    public double Bound { get; }

    /// <summary>Where the cursor stands, or <see cref="End"/>.</summary>
    public int Slot { get; private set; }

    /// <summary>What the dimension adds to the score of the point where the cursor stands.</summary>
    public readonly double Score => (double)_weight * _postings.Weights[_at];

    public void Next() => MoveTo(_at + 1);

    /// <summary>Goes to the first slot from <paramref name="slot"/> on, in steps that double: O(log of the distance).</summary>
    public void SkipTo(int slot)
    {
        var slots = _postings.Slots;
        var (low, step) = (_at, 1);
        while (low + step < slots.Length && slots[low + step] < slot)
        {
            low += step;
            step *= 2;
        }

        var found = slots[low..Math.Min(slots.Length, low + step + 1)].BinarySearch(slot);
        MoveTo(low + (found < 0 ? ~found : found));
    }

    private void MoveTo(int at)
    {
        _at = at;
        Slot = at < _postings.Count ? _postings.Slots[at] : End;
    }
}
