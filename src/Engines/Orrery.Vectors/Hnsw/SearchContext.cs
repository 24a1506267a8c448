using System.Runtime.CompilerServices;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Hnsw;

/// <summary>What one search writes: used by one thread at a time, kept for the next, so that a search allocates nothing.</summary>
internal sealed unsafe class SearchContext
{
    private readonly NativeBlock<float> _query;
    private readonly NativeBlock<byte>? _row;
    private readonly NativeBlock<int> _batch;
    private readonly NativeBlock<float> _ranks;
    private NativeBlock<ushort> _visited = new(0);
    private ushort _round;

    public SearchContext(Space space, int mostLinks)
    {
        _query = new NativeBlock<float>(space.Dimension);
        _row = space.IsQuantized ? new NativeBlock<byte>(space.RowBytes) : null;
        _batch = new NativeBlock<int>(mostLinks);
        _ranks = new NativeBlock<float>(mostLinks);
        Selected = new int[mostLinks];
        Pruned = new int[mostLinks];
    }

    /// <summary>Where to go on from; nearest on top.</summary>
    public RankHeap Candidates { get; } = new();

    /// <summary>What was found, as complemented keys: farthest on top.</summary>
    public RankHeap Found { get; } = new();

    /// <summary>Points to be ranked together: as many as a list has links.</summary>
    public int* Batch => _batch.Pointer;

    /// <summary>How many fit into <see cref="Batch"/>.</summary>
    public int MostInBatch => (int)_batch.Length;

    /// <summary>The ranks of <see cref="Batch"/>.</summary>
    public float* Ranks => _ranks.Pointer;

    /// <summary>What the heuristic chose, and what it may fill up with.</summary>
    public int[] Selected { get; }

    /// <inheritdoc cref="Selected"/>
    public int[] Pruned { get; }

    /// <summary>Keys to be sorted.</summary>
    public List<long> Keys { get; } = [];

    public Span<float> QuerySpan => new(_query.Pointer, (int)_query.Length);

    /// <summary>The vector that is looked for.</summary>
    public float* Query => _query.Pointer;

    /// <summary>What it ranks by.</summary>
    public byte* Row => _row is null ? (byte*)_query.Pointer : _row.Pointer;

    /// <summary>Takes a vector, or says why it cannot be one of the space.</summary>
    public void Accept(Space space, ReadOnlySpan<float> vector, string parameter)
    {
        space.Accept(vector, QuerySpan, parameter);
        if (_row is not null)
            space.Encode(Query, _row.Pointer);
    }

    /// <summary>Forgets what was visited: a new round's mark, and a cleared table only once in 65,535 rounds.</summary>
    public void Begin(int capacity)
    {
        if (_visited.Length < capacity)
        {
            _visited = new NativeBlock<ushort>(capacity);
            _round = 0;
        }

        if (++_round == 0)
        {
            _visited.Clear();
            _round = 1;
        }

        Candidates.Clear();
        Found.Clear();
    }

    /// <summary>Marks a point; false where it was marked in this round already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Visit(int slot)
    {
        var mark = _visited.Pointer + slot;
        var fresh = *mark != _round;
        *mark = _round;
        return fresh;
    }
}
