using System.Runtime.CompilerServices;

namespace Orrery.Vectors.Vamana;

/// <summary>The nearest candidates in order, and which of them were walked from: a sorted array, as every candidate is looked at again and few are moved.</summary>
internal sealed class BestFirst
{
    private (float Rank, int Node, bool IsDone)[] _candidates = new (float, int, bool)[128];
    private int _breadth;
    private int _next;

    public int Count { get; private set; }

    public void Begin(int breadth)
    {
        if (_candidates.Length < breadth)
            _candidates = new (float, int, bool)[breadth];
        (_breadth, Count, _next) = (breadth, 0, 0);
    }

    /// <summary>Keeps a candidate that was not met before, if it is near enough.</summary>
    public void Offer(float rank, int node)
    {
        if (Count == _breadth && rank >= _candidates[Count - 1].Rank)
            return;
        var at = Place(rank);
        if (Count < _breadth)
            Count++;
        Array.Copy(_candidates, at, _candidates, at + 1, Count - 1 - at);
        _candidates[at] = (rank, node, false);
        _next = Math.Min(_next, at);
    }

    /// <summary>The nearest that was not walked from yet.</summary>
    public bool TryTake(out int node)
    {
        for (; _next < Count; _next++)
        {
            ref var candidate = ref _candidates[_next];
            if (candidate.IsDone)
                continue;
            candidate.IsDone = true;
            node = candidate.Node;
            return true;
        }

        node = -1;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Place(float rank)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_candidates[middle].Rank <= rank)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
