using Orrery.Features.Views;

namespace Orrery.Features.Windows;

/// <summary>The buckets of one entity, by tick. Not thread-safe.</summary>
internal sealed class EntityTimeline(FeatureViewPlan plan)
{
    private readonly int _stride = plan.Slots.Count;
    private long[] _ticks = new long[4];
    private double[] _slots = new double[4 * plan.Slots.Count];
    private int _first; // buckets before it have been forgotten; their room is taken back when the arrays grow
    private int _count;

    /// <summary>The ticks that have a bucket, ascending.</summary>
    public ReadOnlySpan<long> Ticks => _ticks.AsSpan(_first, _count);

    /// <summary>The slots of the bucket at <paramref name="index"/> of <see cref="Ticks"/>.</summary>
    public Span<double> this[int index] => _slots.AsSpan((_first + index) * _stride, _stride);

    /// <summary>The slots of the bucket at <paramref name="tick"/>; empty where there is none.</summary>
    public ReadOnlySpan<double> Find(long tick) => Ticks.BinarySearch(tick) is >= 0 and var index ? this[index] : [];

    /// <summary>The slots of the bucket at <paramref name="tick"/>, which is made (and is empty) where it was not there.</summary>
    public Span<double> Ensure(long tick)
    {
        var index = Ticks.BinarySearch(tick);
        if (index >= 0)
            return this[index];
        index = ~index;
        MakeRoom();
        var at = _first + index;
        Array.Copy(_ticks, at, _ticks, at + 1, _count - index);
        Array.Copy(_slots, at * _stride, _slots, (at + 1) * _stride, (_count - index) * _stride);
        _count++;
        _ticks[at] = tick;
        Buckets.Clear(plan, this[index]);
        return this[index];
    }

    /// <summary>Forgets the buckets at <paramref name="tick"/> and before.</summary>
    public void ForgetThrough(long tick)
    {
        var forgotten = CountThrough(tick);
        _first += forgotten;
        _count -= forgotten;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => (_first, _count) = (0, 0);

    /// <summary>How many buckets are at <paramref name="tick"/> or before.</summary>
    public int CountThrough(long tick)
    {
        var index = Ticks.BinarySearch(tick);
        return index >= 0 ? index + 1 : ~index;
    }

    /// <summary>The latest tick up to <paramref name="until"/> at which a bucket entered or left a window; null where there is none.</summary>
    public long? LastChange(long until)
    {
        long? last = null;
        if (CountThrough(until) is > 0 and var entered)
            last = Ticks[entered - 1];
        foreach (var window in plan.Windows)
        {
            if (CountThrough(until - window) is > 0 and var left)
                last = Math.Max(last ?? long.MinValue, Ticks[left - 1] + window);
        }

        return last;
    }

    private void MakeRoom()
    {
        if (_first + _count < _ticks.Length)
            return;
        var capacity = _first >= _count ? _ticks.Length : _ticks.Length * 2;
        var ticks = capacity == _ticks.Length ? _ticks : new long[capacity];
        var slots = capacity == _ticks.Length ? _slots : new double[capacity * _stride];
        Array.Copy(_ticks, _first, ticks, 0, _count);
        Array.Copy(_slots, _first * _stride, slots, 0, _count * _stride);
        (_ticks, _slots, _first) = (ticks, slots, 0);
    }
}
