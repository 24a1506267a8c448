using Orrery.Search.Points;

namespace Orrery.Search.Shards;

/// <summary>
/// The ids of a shard in their order. What is added waits unsorted until somebody asks, and what is removed goes then; changed by the writer alone, asked by many at once.
/// </summary>
/// <param name="isLive">Whether there still is such a point.</param>
internal sealed class SortedIds(Predicate<PointId> isLive)
{
    private readonly Lock _sorting = new();
    private readonly List<PointId> _added = [];
    private PointId[] _sorted = [];
    private bool _dirty;

    public void Add(PointId id)
    {
        _added.Add(id);
        _dirty = true;
    }

    public void Remove() => _dirty = true;

    /// <summary>All ids.</summary>
    public PointId[] All()
    {
        lock (_sorting)
        {
            if (_dirty)
                Sort();
            return _sorted;
        }
    }

    private void Sort()
    {
        _added.Sort();
        var merged = new List<PointId>(_sorted.Length + _added.Count);
        for (int i = 0, j = 0; i < _sorted.Length || j < _added.Count;)
        {
            var id = j == _added.Count || (i < _sorted.Length && _sorted[i].CompareTo(_added[j]) <= 0) ? _sorted[i++] : _added[j++];
            // What was removed and came again stands in both.
            if (isLive(id) && (merged.Count == 0 || merged[^1] != id))
                merged.Add(id);
        }

        _sorted = [.. merged];
        _added.Clear();
        _dirty = false;
    }
}
