using System.Runtime.CompilerServices;

namespace Orrery.Vectors.Hnsw;

/// <summary>
/// A binary heap of 64-bit keys, least on top. A key is a rank and a slot in one number, so that a comparison is one instruction. Of equal
/// ranks the newer point comes first: with the older first, the points of a large group of equal vectors would all link to the first few, and
/// nothing to the rest. Complemented keys turn it into a heap with the greatest on top.
/// </summary>
internal sealed class RankHeap
{
    private long[] _keys = new long[256];

    public int Count { get; private set; }

    public long Top => _keys[0];

    public ReadOnlySpan<long> Keys => _keys.AsSpan(0, Count);

    /// <summary>The order of floats as integers: negative ones have their bits turned round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Key(float rank, int slot)
    {
        var bits = BitConverter.SingleToInt32Bits(rank);
        return (long)(bits ^ ((bits >> 31) & int.MaxValue)) << 32 | (uint)~slot;
    }

    public static int Slot(long key) => ~(int)key;

    public static float Rank(long key)
    {
        var bits = (int)(key >> 32);
        return BitConverter.Int32BitsToSingle(bits ^ ((bits >> 31) & int.MaxValue));
    }

    public void Clear() => Count = 0;

    public void Push(long key)
    {
        if (Count == _keys.Length)
            Array.Resize(ref _keys, Count * 2);
        var keys = _keys;
        var at = Count++;
        while (at > 0 && key < keys[(at - 1) >> 1])
        {
            keys[at] = keys[(at - 1) >> 1];
            at = (at - 1) >> 1;
        }

        keys[at] = key;
    }

    public long Pop()
    {
        var top = _keys[0];
        var last = _keys[--Count];
        if (Count > 0)
            ReplaceTop(last);
        return top;
    }

    public void ReplaceTop(long key)
    {
        var keys = _keys;
        var at = 0;
        for (var child = 1; child < Count; child = 2 * at + 1)
        {
            if (child + 1 < Count && keys[child + 1] < keys[child])
                child++;
            if (key <= keys[child])
                break;
            keys[at] = keys[child];
            at = child;
        }

        keys[at] = key;
    }
}
