using System.Runtime.CompilerServices;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Hnsw;

/// <summary>
/// A binary heap of 64-bit keys, least on top. A key is a rank and a slot in one number, so that a comparison is one instruction. Of equal
/// ranks the newer point comes first: with the older first, the points of a large group of equal vectors would all link to the first few, and
/// nothing to the rest. Complemented keys turn it into a heap with the greatest on top.
/// </summary>
internal sealed unsafe class RankHeap
{
    private NativeBlock<long> _block = new(256);
    private long* _keys;

    public RankHeap() => _keys = _block.Pointer;

    public int Count { get; private set; }

    public long Top => *_keys;

    public ReadOnlySpan<long> Keys => new(_keys, Count);

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
        if (Count == _block.Length)
            Grow();
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
        var top = *_keys;
        var last = _keys[--Count];
        if (Count > 0)
            ReplaceTop(last);
        return top;
    }

    public void ReplaceTop(long key)
    {
        var (count, at) = (Count, 0);
        var keys = _keys;
        var child = 1;
        for (; child + 1 < count; child = 2 * at + 1)
        {
            // Which child is less is a coin toss: added up, not branched on.
            var second = keys[child + 1] < keys[child];
            child += *(byte*)&second;
            if (key <= keys[child])
            {
                keys[at] = key;
                return;
            }

            keys[at] = keys[child];
            at = child;
        }

        if (child < count && keys[child] < key)
        {
            keys[at] = keys[child];
            at = child;
        }

        keys[at] = key;
    }

    private void Grow()
    {
        var larger = new NativeBlock<long>(2 * _block.Length);
        _block.CopyTo(larger, Count);
        _block = larger;
        _keys = larger.Pointer;
    }
}
