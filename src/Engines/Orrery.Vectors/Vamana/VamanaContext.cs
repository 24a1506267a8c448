using System.Runtime.CompilerServices;
using Orrery.Vectors.Flat;
using Orrery.Vectors.Memory;
using Orrery.Vectors.Persistence;

namespace Orrery.Vectors.Vamana;

/// <summary>What one search writes: used by one thread at a time, kept for the next, so that a search allocates nothing.</summary>
internal sealed unsafe class VamanaContext(VamanaFile.Content content)
{
    private readonly NativeBlock<float> _query = new(content.Space.Dimension);
    private readonly NativeBlock<float> _table = new((long)content.Quantizer.Subspaces << 8);
    private readonly NativeBlock<ushort> _marks = new(content.Count);
    private readonly BestFirst _candidates = new();
    private ushort _round;

    /// <summary>Takes a query, or says why it cannot be one.</summary>
    public void Accept(ReadOnlySpan<float> query)
    {
        var kept = new Span<float>(_query.Pointer, (int)_query.Length);
        content.Space.Accept(query, kept, nameof(query));
        content.Quantizer.Distances(kept, content.Space.Metric, new Span<float>(_table.Pointer, (int)_table.Length));
    }

    /// <summary>Walks by codes, and keeps the nearest by the vectors of all nodes that it read on the way. Leaves ids and ranks in any order.</summary>
    public int Walk(int breadth, IdSet? allowed, Span<Neighbor> nearest)
    {
        BeginRound();
        _candidates.Begin(breadth);
        Mark(content.Entry);
        _candidates.Offer(Estimate(content.Entry), content.Entry);
        var top = new TopK(nearest);
        while (_candidates.TryTake(out var node))
        {
            var vector = Vector(node);
            Offer(ref top, node, vector, allowed);
            var links = (int*)(vector + content.Layout.Dimension);
            // Only what is met is checked: a broken count must not lead out of the node.
            var count = (uint)*links <= (uint)content.Layout.MostLinks ? *links++ : throw SectionLayout.Damaged($"node {node}");
            for (var i = 0; i < count; i++)
                Prefetching.Read(Code(Checked(links[i])), content.Quantizer.Subspaces);
            for (var i = 0; i < count; i++)
            {
                if (Mark(links[i]))
                    _candidates.Offer(Estimate(links[i]), links[i]);
            }
        }

        return top.Count;
    }

    /// <summary>Compares all that may be found. Leaves ids and ranks in any order.</summary>
    public int Scan(IdSet allowed, Span<Neighbor> nearest)
    {
        var top = new TopK(nearest);
        for (var node = 0; node < content.Count; node++)
        {
            if (allowed.Contains(content.Ids[node]))
                Offer(ref top, node, Vector(node), null);
        }

        return top.Count;
    }

    private void Offer(ref TopK top, int node, float* vector, IdSet? allowed)
    {
        var id = content.Ids[node];
        if (allowed is null || allowed.Contains(id))
            top.Offer(new Neighbor(id, content.Space.RankExactly(_query.Pointer, vector)));
    }

    private float* Vector(int node) => (float*)(content.Nodes.Pointer + content.Layout.Offset(node));

    private int Checked(int node) => (uint)node < (uint)content.Count ? node : throw SectionLayout.Damaged($"a link to node {node}");

    private byte* Code(int node) => content.Codes.Pointer + (long)node * content.Quantizer.Subspaces;

    private float Estimate(int node)
    {
        var codes = Code(node);
        var table = _table.Pointer;
        var (a, b, subspace, subspaces) = (0f, 0f, 0, content.Quantizer.Subspaces);
        for (; subspace <= subspaces - 2; subspace += 2, table += 512)
        {
            a += table[codes[subspace]];
            b += table[256 + codes[subspace + 1]];
        }

        return subspace < subspaces ? a + b + table[codes[subspace]] : a + b;
    }

    private void BeginRound()
    {
        if (++_round != 0)
            return;
        _marks.Clear();
        _round = 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Mark(int node)
    {
        var mark = _marks.Pointer + node;
        var isFresh = *mark != _round;
        *mark = _round;
        return isFresh;
    }
}

/// <summary>Contexts that wait for their next search.</summary>
internal sealed class VamanaContextPool(VamanaFile.Content content)
{
    private readonly System.Collections.Concurrent.ConcurrentBag<VamanaContext> _waiting = [];

    public VamanaContext Rent() => _waiting.TryTake(out var context) ? context : new VamanaContext(content);

    public void Return(VamanaContext context) => _waiting.Add(context);
}
