namespace Orrery.Vectors.Neighborhoods;

/// <summary>Sets that only grow together (union–find with path halving and union by size; Tarjan 1975). Nearly O(1) a step.</summary>
internal sealed class DisjointSets
{
    private readonly int[] _parents;
    private readonly int[] _sizes;

    public DisjointSets(int count)
    {
        _parents = [.. Enumerable.Range(0, count)];
        _sizes = new int[count];
        Array.Fill(_sizes, 1);
    }

    /// <summary>Who stands for the set of a member.</summary>
    public int Find(int member)
    {
        while (_parents[member] != member)
            member = _parents[member] = _parents[_parents[member]];
        return member;
    }

    public int SizeOf(int member) => _sizes[Find(member)];

    /// <summary>False where both were in one set.</summary>
    public bool Join(int x, int y)
    {
        var (larger, smaller) = (Find(x), Find(y));
        if (larger == smaller)
            return false;
        if (_sizes[larger] < _sizes[smaller])
            (larger, smaller) = (smaller, larger);
        _parents[smaller] = larger;
        _sizes[larger] += _sizes[smaller];
        return true;
    }
}
