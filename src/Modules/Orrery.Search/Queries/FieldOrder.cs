using Orrery.Search.Collections;
using Orrery.Search.Fields;
using Orrery.Search.Points;
using Orrery.Search.Shards;

namespace Orrery.Search.Queries;

/// <summary>Points in the order of a field's values. A point with several values stands at each of them.</summary>
internal static class FieldOrder
{
    /// <summary>The first of the points that are allowed, by place.</summary>
    public static List<(int Place, OrderValue Value)> Read(ShardViews views, OrderBy order, PlaceSet allowed, int limit)
    {
        var declared = views.Config.Fields.GetValueOrDefault(order.Path.Text)?.Type;
        // What was declared decides; else what there is.
        var moments = declared is { } type ? type == FieldType.Datetime : views.Shards.All(shard => shard.Fields.Get(order.Path).Ordered(moments: false).Sorted().IsEmpty);
        var found = views.Shards.Select((shard, number) =>
            Read(shard.Fields.Get(order.Path).Ordered(moments).Sorted(), order, moments || declared == FieldType.Integer, declared is null, allowed.Slots[number], limit)
                .ConvertAll(entry => (views.Place(number, entry.Slot), entry.Value))).ToList();
        return found.Count == 1 ? found[0] : [.. Merged(found.SelectMany(shard => shard), order.Descending).Take(limit)];
    }

    private static IEnumerable<(int Place, OrderValue Value)> Merged(IEnumerable<(int Place, OrderValue Value)> found, bool descending) =>
        descending ? found.OrderByDescending(entry => entry.Value.Number) : found.OrderBy(entry => entry.Value.Number);

    private static List<(int Slot, OrderValue Value)> Read(ReadOnlySpan<SortedColumn.Entry> sorted, OrderBy order, bool isInteger, bool isUndeclared, SlotSet allowed, int limit)
    {
        var found = new List<(int, OrderValue)>();
        if (order.Descending)
        {
            var from = order.StartFrom is { } start ? SortedColumn.Find(sorted, start, after: true) : sorted.Length;
            for (var i = from - 1; i >= 0 && found.Count < limit; i--)
                Add(sorted[i]);
        }
        else
        {
            var from = order.StartFrom is { } start ? SortedColumn.Find(sorted, start, after: false) : 0;
            for (var i = from; i < sorted.Length && found.Count < limit; i++)
                Add(sorted[i]);
        }

        return found;

        void Add(SortedColumn.Entry entry)
        {
            if (allowed[entry.Slot])
                found.Add((entry.Slot, new(entry.Value, isInteger || (isUndeclared && double.IsInteger(entry.Value)))));
        }
    }
}
