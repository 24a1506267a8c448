namespace Orrery.Statistics.Sketches;

/// <summary>One frequent value.</summary>
/// <param name="Item">The value.</param>
/// <param name="Count">At least how often it came, and at most <paramref name="Error"/> more often than it did.</param>
/// <param name="Error">By how much the count may be too high.</param>
public readonly record struct HeavyHitter<T>(T Item, long Count, long Error);

/// <summary>
/// The most frequent values of a stream in bounded memory: SpaceSaving (Metwally, Agrawal &amp; El Abbadi 2005). Every value that makes up more than 1 / capacity of the rows is
/// found; a count is never too low for one that is kept and never too high by more than rows / capacity. Mergeable (Agarwal et al. 2012). Not thread-safe.
/// </summary>
public sealed class HeavyHitters<T>
    where T : notnull
{
    // A binary heap by count, the rarest on top, and where in it each value stands.
    private readonly List<HeavyHitter<T>> _heap = [];
    private readonly Dictionary<T, int> _index;
    private readonly IEqualityComparer<T> _comparer;

    /// <summary>An empty sketch.</summary>
    /// <param name="capacity">Values kept, 1 or more.</param>
    /// <param name="comparer">When two values are one; the type's own equality by default (ordinal for strings).</param>
    public HeavyHitters(int capacity, IEqualityComparer<T>? comparer = null)
    {
        Capacity = Check.AtLeast(1, capacity);
        _comparer = comparer ?? EqualityComparer<T>.Default;
        _index = new Dictionary<T, int>(_comparer);
    }

    /// <summary>Goes on from what <see cref="Top"/> gave for the whole capacity.</summary>
    /// <exception cref="ArgumentException">More values than capacity, or one twice.</exception>
    public HeavyHitters(int capacity, long rows, IEnumerable<HeavyHitter<T>> kept, IEqualityComparer<T>? comparer = null)
        : this(capacity, comparer)
    {
        ArgumentNullException.ThrowIfNull(kept);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        Replace(kept);
        if (_heap.Count > capacity)
            throw new ArgumentException($"Expected at most {capacity} values; got {_heap.Count}.", nameof(kept));
        Rows = rows;
    }

    /// <summary>Values kept.</summary>
    public int Capacity { get; }

    /// <summary>Rows added.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds a value. O(log capacity).</summary>
    public void Add(T item, long times = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(times);
        if (times == 0)
            return;
        Rows += times;
        if (_index.TryGetValue(item, out var at))
        {
            _heap[at] = _heap[at] with { Count = _heap[at].Count + times };
            SiftDown(at);
        }
        else if (_heap.Count < Capacity)
        {
            _heap.Add(new HeavyHitter<T>(item, times, 0));
            _index[item] = _heap.Count - 1;
            SiftUp(_heap.Count - 1);
        }
        else
        {
            // The newcomer takes the rarest one's place and count: it may have come that often before, unseen.
            var rarest = _heap[0];
            _index.Remove(rarest.Item);
            _heap[0] = new HeavyHitter<T>(item, rarest.Count + times, rarest.Count);
            _index[item] = 0;
            SiftDown(0);
        }
    }

    /// <summary>Adds what the other has seen; errors add up. O(capacity · log capacity).</summary>
    public void Merge(HeavyHitters<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        // A value that only one side keeps may have come to the other as often as that one's rarest.
        var (here, there) = (Unseen, other.Unseen);
        var merged = new Dictionary<T, HeavyHitter<T>>(_comparer);
        foreach (var hitter in _heap)
            merged[hitter.Item] = hitter with { Count = hitter.Count + there, Error = hitter.Error + there };
        foreach (var hitter in other._heap)
        {
            merged[hitter.Item] = _index.TryGetValue(hitter.Item, out var at)
                ? new HeavyHitter<T>(hitter.Item, _heap[at].Count + hitter.Count, _heap[at].Error + hitter.Error)
                : hitter with { Count = hitter.Count + here, Error = hitter.Error + here };
        }

        var rows = Rows + other.Rows;
        Replace(merged.Values.OrderByDescending(h => h.Count).ThenBy(h => h.Error).Take(Capacity).ToArray());
        Rows = rows;
    }

    /// <summary>The most frequent values, most frequent first; among equals the surer first.</summary>
    public IReadOnlyList<HeavyHitter<T>> Top(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return [.. _heap.OrderByDescending(h => h.Count).ThenBy(h => h.Error).Take(count)];
    }

    /// <summary>The most that a value which is not kept can have come.</summary>
    private long Unseen => _heap.Count < Capacity ? 0 : _heap[0].Count;

    private void Replace(IEnumerable<HeavyHitter<T>> kept)
    {
        _heap.Clear();
        _index.Clear();
        foreach (var hitter in kept)
        {
            _heap.Add(hitter);
            _index.Add(hitter.Item, _heap.Count - 1);
            SiftUp(_heap.Count - 1);
        }
    }

    private void SiftUp(int at)
    {
        for (var parent = (at - 1) / 2; at > 0 && _heap[at].Count < _heap[parent].Count; at = parent, parent = (at - 1) / 2)
            Swap(at, parent);
    }

    private void SiftDown(int at)
    {
        while (true)
        {
            var smallest = at;
            for (var child = 2 * at + 1; child <= 2 * at + 2 && child < _heap.Count; child++)
                smallest = _heap[child].Count < _heap[smallest].Count ? child : smallest;
            if (smallest == at)
                return;
            Swap(at, smallest);
            at = smallest;
        }
    }

    private void Swap(int a, int b)
    {
        (_heap[a], _heap[b]) = (_heap[b], _heap[a]);
        _index[_heap[a].Item] = a;
        _index[_heap[b].Item] = b;
    }
}
