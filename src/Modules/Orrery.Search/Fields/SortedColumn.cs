namespace Orrery.Search.Fields;

/// <summary>
/// Numbers of slots in order, for ranges and for ordering. What is added waits unsorted until somebody asks; what is removed goes with the next sorting.
/// Changed by the shard's writer alone; asked by many at once.
/// </summary>
internal sealed class SortedColumn
{
    private readonly Lock _sorting = new();
    private readonly List<Entry> _added = [];
    private readonly Dictionary<int, int> _generations = [];
    private Entry[] _sorted = [];
    private bool _dirty;

    public void Add(int slot, double value)
    {
        _added.Add(new(value, slot, Generation(slot)));
        _dirty = true;
    }

    public void Remove(int slot)
    {
        _generations[slot] = Generation(slot) + 1;
        _dirty = true;
    }

    /// <summary>The entries in the order of their values, of equal values in that of their slots.</summary>
    public ReadOnlySpan<Entry> Sorted()
    {
        lock (_sorting)
        {
            if (_dirty)
                Sort();
            return _sorted;
        }
    }

    /// <summary>The first entry whose value is not below <paramref name="value"/>, or (after) beyond it.</summary>
    public static int Find(ReadOnlySpan<Entry> sorted, double value, bool after)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (after ? sorted[middle].Value <= value : sorted[middle].Value < value)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private int Generation(int slot) => _generations.GetValueOrDefault(slot);

    private void Sort()
    {
        var merged = new List<Entry>(_sorted.Length + _added.Count);
        _added.RemoveAll(entry => entry.Generation != Generation(entry.Slot));
        _added.Sort();
        var next = 0;
        foreach (var entry in _sorted)
        {
            if (entry.Generation != Generation(entry.Slot))
                continue;
            while (next < _added.Count && _added[next].CompareTo(entry) < 0)
                merged.Add(_added[next++]);
            merged.Add(entry);
        }

        merged.AddRange(_added.Skip(next));
        _added.Clear();
        _sorted = [.. merged];
        _dirty = false;
    }

    /// <summary>A value of a slot.</summary>
    /// <param name="Value">The value.</param>
    /// <param name="Slot">The slot.</param>
    /// <param name="Generation">The slot's, so that values of what stood there before are known.</param>
    internal readonly record struct Entry(double Value, int Slot, int Generation) : IComparable<Entry>
    {
        public int CompareTo(Entry other) => Value != other.Value ? Value.CompareTo(other.Value) : Slot.CompareTo(other.Slot);
    }
}
