namespace Orrery.Vectors.Flat;

/// <summary>The k nearest of what was offered: a heap, worst on top, in memory that the caller gives. O(log k) for each that is kept.</summary>
internal ref struct TopK(Span<Neighbor> heap, int count = 0)
{
    private readonly Span<Neighbor> _heap = heap;

    public int Count { get; private set; } = count;

    public void Offer(Neighbor neighbor)
    {
        if (Count < _heap.Length)
        {
            Rise(neighbor, Count++);
            return;
        }

        if (neighbor.CompareTo(_heap[0]) < 0)
            Sink(neighbor);
    }

    private readonly void Rise(Neighbor neighbor, int at)
    {
        while (at > 0 && neighbor.CompareTo(_heap[(at - 1) / 2]) > 0)
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _heap[at] = neighbor;
    }

    private readonly void Sink(Neighbor neighbor)
    {
        var at = 0;
        while (2 * at + 1 < Count)
        {
            var child = 2 * at + 1;
            if (child + 1 < Count && _heap[child + 1].CompareTo(_heap[child]) > 0)
                child++;
            if (neighbor.CompareTo(_heap[child]) >= 0)
                break;
            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = neighbor;
    }
}
