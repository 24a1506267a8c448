namespace Orrery.Search.Vectors;

/// <summary>A slot and how well it matches.</summary>
internal readonly record struct Hit(int Slot, float Score);

/// <summary>The best of what was offered, at most so many; of equal scores the lower slot.</summary>
internal sealed class Best(int limit)
{
    private readonly PriorityQueue<Hit, Hit> _worstFirst = new(WorstFirst.Order);

    /// <summary>Takes it in where it is among the best.</summary>
    public void Offer(int slot, float score)
    {
        if (limit <= 0 || float.IsNaN(score))
            return;
        var hit = new Hit(slot, score);
        if (_worstFirst.Count < limit)
            _worstFirst.Enqueue(hit, hit);
        else if (WorstFirst.Order.Compare(hit, _worstFirst.Peek()) > 0)
            _worstFirst.EnqueueDequeue(hit, hit);
    }

    /// <summary>The best, best first; empties the heap.</summary>
    public List<Hit> Take()
    {
        var hits = new List<Hit>(_worstFirst.Count);
        while (_worstFirst.TryDequeue(out var hit, out _))
            hits.Add(hit);
        hits.Reverse();
        return hits;
    }

    private sealed class WorstFirst : IComparer<Hit>
    {
        public static readonly WorstFirst Order = new();

        public int Compare(Hit x, Hit y) => x.Score != y.Score ? x.Score.CompareTo(y.Score) : y.Slot.CompareTo(x.Slot);
    }
}
