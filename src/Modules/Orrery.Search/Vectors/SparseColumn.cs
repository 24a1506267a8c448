using Orrery.Search.Points;
using Orrery.Search.Shards;

namespace Orrery.Search.Vectors;

/// <summary>Sparse vectors behind an inverted index: a search meets the points that share a component with the query, and no others.</summary>
internal sealed class SparseColumn : VectorColumn
{
    private readonly Dictionary<int, SparseVector> _vectors = [];
    private readonly Dictionary<uint, Dictionary<int, float>> _postings = [];
    private long _components;

    // A component stands in its vector (8 bytes) and in a posting (24 with the dictionary's overhead).
    public override long Bytes => _components * 32;

    public override long VectorBytes => _components * 8;

    public override VectorValue this[int slot] => _vectors[slot];

    public override Func<int, float> Scorer(VectorValue query)
    {
        var wanted = (SparseVector)query;
        return slot => Dot(wanted, _vectors[slot]);
    }

    public override List<Hit> Search(VectorValue query, int limit, SlotSet? allowed, SearchEffort effort)
    {
        var wanted = (SparseVector)query;
        var scores = new Dictionary<int, float>();
        for (var i = 0; i < wanted.Indices.Length; i++)
        {
            if (!_postings.TryGetValue(wanted.Indices[i], out var posting))
                continue;
            foreach (var (slot, weight) in posting)
            {
                if (allowed is null || allowed[slot])
                    System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(scores, slot, out _) += weight * wanted.Values[i];
            }
        }

        var best = new Best(limit);
        foreach (var (slot, score) in scores)
            best.Offer(slot, score);
        return best.Take();
    }

    /// <summary>How many points have a component, of those that count (all where null).</summary>
    public int CountWith(uint index, SlotSet? corpus) => !_postings.TryGetValue(index, out var posting) ? 0 : corpus is null ? posting.Count : posting.Keys.Count(slot => corpus[slot]);

    /// <summary>Whether two vectors share a component.</summary>
    public static bool Overlap(SparseVector x, SparseVector y)
    {
        for (int i = 0, j = 0; i < x.Indices.Length && j < y.Indices.Length;)
        {
            if (x.Indices[i] == y.Indices[j])
                return true;
            if (x.Indices[i] < y.Indices[j])
                i++;
            else
                j++;
        }

        return false;
    }

    protected override void Store(int slot, VectorValue vector)
    {
        var sparse = (SparseVector)vector;
        _vectors[slot] = sparse;
        _components += sparse.Indices.Length;
        for (var i = 0; i < sparse.Indices.Length; i++)
        {
            if (!_postings.TryGetValue(sparse.Indices[i], out var posting))
                _postings.Add(sparse.Indices[i], posting = []);
            posting[slot] = sparse.Values[i];
        }
    }

    protected override void Drop(int slot)
    {
        _vectors.Remove(slot, out var sparse);
        _components -= sparse!.Indices.Length;
        foreach (var index in sparse.Indices)
        {
            var posting = _postings[index];
            posting.Remove(slot);
            if (posting.Count == 0)
                _postings.Remove(index);
        }
    }

    private static float Dot(SparseVector x, SparseVector y)
    {
        var sum = 0f;
        for (int i = 0, j = 0; i < x.Indices.Length && j < y.Indices.Length;)
        {
            if (x.Indices[i] == y.Indices[j])
                sum += x.Values[i++] * y.Values[j++];
            else if (x.Indices[i] < y.Indices[j])
                i++;
            else
                j++;
        }

        return sum;
    }
}
