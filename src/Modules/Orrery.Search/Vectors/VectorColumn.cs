using Orrery.Search.Points;
using Orrery.Search.Shards;

namespace Orrery.Search.Vectors;

/// <summary>How a search goes about it.</summary>
/// <param name="Exact">Compare with all, whatever it costs.</param>
/// <param name="Ef">Candidates that a graph keeps.</param>
/// <param name="IndexedOnly">Leave out what is in no index yet.</param>
/// <param name="Oversampling">How many times as many as are wanted are compared by their vectors, where codes rank.</param>
internal sealed record SearchEffort(bool Exact = false, int? Ef = null, bool IndexedOnly = false, double? Oversampling = null);

/// <summary>
/// All vectors of one name, by slot. Changed by the shard's writer alone, while nobody reads; searches run side by side.
/// </summary>
internal abstract class VectorColumn
{
    /// <summary>The slots that have one.</summary>
    public SlotSet Present { get; } = new(64);

    /// <summary>How many slots have one.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of memory that it takes.</summary>
    public abstract long Bytes { get; }

    /// <summary>Bytes of the vectors themselves, wherever they lie.</summary>
    public abstract long VectorBytes { get; }

    /// <summary>Whether greater outward scores are better.</summary>
    public virtual bool GreaterIsBetter => true;

    /// <summary>Sets the vector of a slot; it was checked and prepared.</summary>
    public void Set(int slot, VectorValue vector)
    {
        Clear(slot);
        Store(slot, vector);
        Present.Add(slot);
        Count++;
    }

    /// <summary>Takes the vector of a slot away, if it has one.</summary>
    public void Clear(int slot)
    {
        if (!Present[slot])
            return;
        Present.Remove(slot);
        Count--;
        Drop(slot);
    }

    /// <summary>The vector of a slot that has one.</summary>
    public abstract VectorValue this[int slot] { get; }

    /// <summary>How well each slot that has a vector matches a prepared query; greater is better.</summary>
    public abstract Func<int, float> Scorer(VectorValue query);

    /// <summary>The best matches among <paramref name="allowed"/> (all where null), best first.</summary>
    public virtual List<Hit> Search(VectorValue query, int limit, SlotSet? allowed, SearchEffort effort) => Scan(Scorer(query), limit, allowed);

    /// <summary>The best by any score, compared with all that is allowed.</summary>
    public List<Hit> Scan(Func<int, float> score, int limit, SlotSet? allowed)
    {
        var best = new Best(limit);
        foreach (var slot in (allowed is null ? Present : Present.And(allowed)).Slots())
            best.Offer(slot, score(slot));
        return best.Take();
    }

    /// <summary>The score as a client sees it.</summary>
    public virtual float Outward(float similarity) => similarity;

    /// <summary>From a client's scale.</summary>
    public virtual float Inward(float score) => score;

    /// <summary>A slot has a vector that lies where it belongs already.</summary>
    protected void Mark(int slot)
    {
        Present.Add(slot);
        Count++;
    }

    protected abstract void Store(int slot, VectorValue vector);

    protected abstract void Drop(int slot);
}
