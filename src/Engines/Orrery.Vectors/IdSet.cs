using System.Numerics;

namespace Orrery.Vectors;

/// <summary>
/// A set of ids as bits, for filtered search: one bit for every id from 0 to the greatest, so it suits ids that are dense. A test is one load, a count and the
/// set operations go through 64 ids at a time. May be read from many threads, or changed from one.
/// </summary>
public sealed class IdSet
{
    private ulong[] _words;

    /// <summary>An empty set with room for ids below <paramref name="capacity"/>; it grows when a greater one comes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    public IdSet(long capacity = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _words = new ulong[checked((int)((capacity + 63) / 64))];
    }

    /// <summary>The set of some ids.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative or beyond 2³⁷.</exception>
    public IdSet(IEnumerable<long> ids)
        : this()
    {
        ArgumentNullException.ThrowIfNull(ids);
        foreach (var id in ids)
            Add(id);
    }

    private IdSet(ulong[] words) => _words = words;

    /// <summary>A set over words that exist already, without a copy: what is written to them is in the set, until it grows.</summary>
    /// <param name="words">Id 64·i + j at bit j of word i.</param>
    public static IdSet Over(ulong[] words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return new IdSet(words);
    }

    /// <summary>The bits, id 64·i + j at bit j of word i; bits that are set here are in the set.</summary>
    public Span<ulong> Words => _words;

    /// <summary>How many ids are in the set. O(capacity / 64).</summary>
    public long Count
    {
        get
        {
            // Four sums: one would wait for itself.
            var words = _words.AsSpan();
            int a = 0, b = 0, c = 0, d = 0;
            for (; words.Length >= 4; words = words[4..])
            {
                a += BitOperations.PopCount(words[0]);
                b += BitOperations.PopCount(words[1]);
                c += BitOperations.PopCount(words[2]);
                d += BitOperations.PopCount(words[3]);
            }

            foreach (var word in words)
                a += BitOperations.PopCount(word);
            return (long)a + b + c + d;
        }
    }

    /// <summary>Puts an id in. Amortised O(1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative or beyond 2³⁷.</exception>
    public void Add(long id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, (long)Array.MaxLength * 64);
        var word = (int)(id >> 6);
        if (word >= _words.Length)
            Array.Resize(ref _words, (int)Math.Min(Array.MaxLength, Math.Max(word + 1L, _words.Length * 2L)));
        _words[word] |= 1UL << (int)id;
    }

    /// <summary>Takes an id out, if it is there.</summary>
    public void Remove(long id)
    {
        if (Contains(id))
            _words[id >> 6] &= ~(1UL << (int)id);
    }

    /// <summary>Whether an id is in the set.</summary>
    public bool Contains(long id)
    {
        var words = _words;
        return (ulong)id >> 6 < (ulong)words.Length && (words[id >> 6] >> (int)id & 1) != 0;
    }

    /// <summary>Takes all ids out and keeps the room.</summary>
    public void Clear() => Array.Clear(_words);

    /// <summary>Leaves what is in both sets.</summary>
    public void IntersectWith(IdSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var common = Math.Min(_words.Length, other._words.Length);
        for (var i = 0; i < common; i++)
            _words[i] &= other._words[i];
        Array.Clear(_words, common, _words.Length - common);
    }

    /// <summary>Adds what is in the other set.</summary>
    public void UnionWith(IdSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._words.Length > _words.Length)
            Array.Resize(ref _words, other._words.Length);
        for (var i = 0; i < other._words.Length; i++)
            _words[i] |= other._words[i];
    }

    /// <summary>Takes out what is in the other set.</summary>
    public void ExceptWith(IdSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var i = 0; i < Math.Min(_words.Length, other._words.Length); i++)
            _words[i] &= ~other._words[i];
    }

    /// <summary>The ids in ascending order, without an allocation.</summary>
    public Enumerator GetEnumerator() => new(_words);

    /// <summary>Walks over the bits that are set.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<ulong> _words;
        private ulong _rest;
        private int _word;

        internal Enumerator(ReadOnlySpan<ulong> words)
        {
            _words = words;
            _word = -1;
        }

        /// <summary>The id at the place where the walk is.</summary>
        public long Current { get; private set; }

        /// <summary>Goes to the next id; false after the last.</summary>
        public bool MoveNext()
        {
            if (_rest == 0)
            {
                if (++_word >= _words.Length)
                    return false;
                _rest = _words[_word];
                if (_rest == 0 && !Skip())
                    return false;
            }

            Current = (long)_word << 6 | (uint)BitOperations.TrailingZeroCount(_rest);
            _rest &= _rest - 1;
            return true;
        }

        // Of few ids among many most words are empty, and are passed over eight at a time.
        private bool Skip()
        {
            var further = _words[_word..].IndexOfAnyExcept(0UL);
            if (further < 0)
            {
                _word = _words.Length;
                return false;
            }

            _word += further;
            _rest = _words[_word];
            return true;
        }
    }
}
