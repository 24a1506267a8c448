namespace Orrery.Vectors.Hnsw;

/// <summary>What one search writes: used by one thread at a time, kept for the next, so that a search allocates nothing.</summary>
internal sealed unsafe class SearchContext
{
    private readonly float[] _query;
    private ushort[] _visited = [];
    private ushort _round;

    public SearchContext(int dimension, int mostLinks)
    {
        _query = GC.AllocateUninitializedArray<float>(dimension, pinned: true);
        Batch = new int[mostLinks];
        Selected = new int[mostLinks];
        Pruned = new int[mostLinks];
    }

    /// <summary>Where to go on from; nearest on top.</summary>
    public RankHeap Candidates { get; } = new();

    /// <summary>What was found, as complemented keys: farthest on top.</summary>
    public RankHeap Found { get; } = new();

    /// <summary>Neighbours of one point that were not met before.</summary>
    public int[] Batch { get; }

    /// <summary>What the heuristic chose, and what it may fill up with.</summary>
    public int[] Selected { get; }

    /// <inheritdoc cref="Selected"/>
    public int[] Pruned { get; }

    /// <summary>Keys to be sorted.</summary>
    public List<long> Keys { get; } = [];

    public Span<float> QuerySpan => _query;

    public float* Query => (float*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_query, 0);

    /// <summary>Forgets what was visited: a new round's mark, and a cleared table only once in 65,535 rounds.</summary>
    public void Begin(int capacity)
    {
        if (_visited.Length < capacity)
        {
            _visited = new ushort[capacity];
            _round = 0;
        }

        if (++_round == 0)
        {
            Array.Clear(_visited);
            _round = 1;
        }

        Candidates.Clear();
        Found.Clear();
    }

    public bool Visit(int slot)
    {
        ref var mark = ref _visited[slot];
        if (mark == _round)
            return false;
        mark = _round;
        return true;
    }
}

/// <summary>Contexts that wait for their next search. Renting is one exchange; more threads than places get a context of their own.</summary>
internal sealed class SearchContextPool(int dimension, int mostLinks)
{
    private readonly SearchContext?[] _places = new SearchContext?[2 * Environment.ProcessorCount];

    public SearchContext Rent()
    {
        for (var i = 0; i < _places.Length; i++)
        {
            if (_places[i] is not null && Interlocked.Exchange(ref _places[i], null) is { } context)
                return context;
        }

        return new SearchContext(dimension, mostLinks);
    }

    public void Return(SearchContext context)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _places[i], context, null) is null)
                return;
        }
    }
}
