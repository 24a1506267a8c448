namespace Orrery.Vectors.Sparse;

/// <summary>The points that have one dimension, by slot, and their weights there. Slots only grow, so what is added goes to the end.</summary>
internal sealed class Postings
{
    private int[] _slots = new int[4];
    private float[] _weights = new float[4];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Slots => _slots.AsSpan(0, Count);

    public ReadOnlySpan<float> Weights => _weights.AsSpan(0, Count);

    /// <summary>No weight is greater.</summary>
    public float Greatest { get; private set; } = float.NegativeInfinity;

    /// <summary>No weight is less.</summary>
    public float Least { get; private set; } = float.PositiveInfinity;

    public void Add(int slot, float weight)
    {
        if (Count == _slots.Length)
        {
            Array.Resize(ref _slots, 2 * Count);
            Array.Resize(ref _weights, 2 * Count);
        }

        _slots[Count] = slot;
        _weights[Count++] = weight;
        Greatest = Math.Max(Greatest, weight);
        Least = Math.Min(Least, weight);
    }
}
