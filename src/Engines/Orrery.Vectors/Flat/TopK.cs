using System.Numerics;
using System.Runtime.Intrinsics;

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

    /// <summary>Offers many at once; what is too far is passed over 16 at a time. NaN counts as infinitely far.</summary>
    public unsafe void Offer(ReadOnlySpan<long> ids, float* ranks)
    {
        var i = 0;
        for (; i <= ids.Length - 16; i += 16)
        {
            // Not "less or equal": NaN is as far as can be, and still fills a heap that has room.
            var near = ~Vector512.GreaterThan(Vector512.Load(ranks + i), Vector512.Create(Farthest)).ExtractMostSignificantBits() & 0xFFFF;
            for (; near != 0; near &= near - 1)
                Offer(ids, ranks, i + BitOperations.TrailingZeroCount(near));
        }

        for (; i < ids.Length; i++)
            Offer(ids, ranks, i);
    }

    /// <summary>What is farther cannot get in.</summary>
    public readonly float Farthest => Count < _heap.Length ? float.PositiveInfinity : _heap[0].Distance;

    private unsafe void Offer(ReadOnlySpan<long> ids, float* ranks, int i) =>
        Offer(new Neighbor(ids[i], float.IsNaN(ranks[i]) ? float.PositiveInfinity : ranks[i]));

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
