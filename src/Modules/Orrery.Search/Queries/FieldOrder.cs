using Orrery.Search.Collections;
using Orrery.Search.Fields;
using Orrery.Search.Points;
using Orrery.Search.Shards;

namespace Orrery.Search.Queries;

/// <summary>Points in the order of a field's values. A point with several values stands at each of them.</summary>
internal static class FieldOrder
{
    public static List<(int Slot, OrderValue Value)> Read(ShardView view, OrderBy order, SlotSet allowed, int limit)
    {
        var index = view.Fields.Get(order.Path);
        var declared = view.Config.Fields.GetValueOrDefault(order.Path.Text)?.Type;
        var numbers = index.Ordered(moments: false).Sorted();
        // What was declared decides; else what there is.
        var moments = declared is { } type ? type == FieldType.Datetime : numbers.IsEmpty;
        var sorted = moments ? index.Ordered(moments: true).Sorted() : numbers;
        var isInteger = moments || declared == FieldType.Integer;
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
                found.Add((entry.Slot, new(entry.Value, isInteger || (declared is null && double.IsInteger(entry.Value)))));
        }
    }
}
