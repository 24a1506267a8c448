using System.Numerics;

namespace Orrery.Search.Shards;

/// <summary>A set of a shard's slots, a bit each: what a filter lets through.</summary>
internal sealed class SlotSet(int capacity)
{
    private ulong[] _words = new ulong[(capacity + 63) / 64];

    /// <summary>A set of what stands in words: slot 64·i + j at bit j of word i.</summary>
    public static SlotSet Of(ulong[] words) => new(0) { _words = words };

    /// <summary>The words, not a copy of them.</summary>
    public ulong[] Words => _words;

    /// <summary>How many slots it holds. O(slots/64).</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in _words)
                count += BitOperations.PopCount(word);
            return count;
        }
    }

    /// <summary>Whether it holds the slot.</summary>
    public bool this[int slot] => slot >> 6 < _words.Length && (Volatile.Read(ref _words[slot >> 6]) >> slot & 1) != 0;

    /// <summary>Takes the slot in; makes room.</summary>
    public void Add(int slot)
    {
        if (slot >> 6 >= _words.Length)
            Array.Resize(ref _words, Math.Max((slot >> 6) + 1, _words.Length * 2));
        Volatile.Write(ref _words[slot >> 6], _words[slot >> 6] | 1UL << slot);
    }

    /// <summary>Takes the slot out.</summary>
    public void Remove(int slot)
    {
        if (slot >> 6 < _words.Length)
            Volatile.Write(ref _words[slot >> 6], _words[slot >> 6] & ~(1UL << slot));
    }

    public SlotSet Copy()
    {
        var copy = new SlotSet(0) { _words = (ulong[])_words.Clone() };
        return copy;
    }

    /// <summary>What both hold.</summary>
    public SlotSet And(SlotSet other)
    {
        var result = new SlotSet(0) { _words = new ulong[Math.Min(_words.Length, other._words.Length)] };
        for (var i = 0; i < result._words.Length; i++)
            result._words[i] = _words[i] & other._words[i];
        return result;
    }

    /// <summary>What this holds and the other does not.</summary>
    public SlotSet AndNot(SlotSet other)
    {
        var result = Copy();
        for (var i = 0; i < Math.Min(_words.Length, other._words.Length); i++)
            result._words[i] &= ~other._words[i];
        return result;
    }

    /// <summary>Takes in all that the other holds.</summary>
    public void UnionWith(SlotSet other)
    {
        if (other._words.Length > _words.Length)
            Array.Resize(ref _words, other._words.Length);
        for (var i = 0; i < other._words.Length; i++)
            _words[i] |= other._words[i];
    }

    /// <summary>The slots in their order.</summary>
    public IEnumerable<int> Slots()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            for (var word = _words[i]; word != 0; word &= word - 1)
                yield return (i << 6) + BitOperations.TrailingZeroCount(word);
        }
    }
}
