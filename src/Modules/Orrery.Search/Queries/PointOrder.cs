using Orrery.Search.Points;
using Orrery.Search.Shards;

namespace Orrery.Search.Queries;

/// <summary>Points in the order of their ids, over all shards.</summary>
internal static class PointOrder
{
    /// <summary>The places of the points from an id on, of those that are allowed (all where null). Take as many as are wanted.</summary>
    public static IEnumerable<int> From(ShardViews views, PointId? first, PlaceSet? allowed)
    {
        var places = views.Shards.Select((view, shard) => Of(view, first, allowed?.Slots[shard]).Select(point => (point.Id, Place: views.Place(shard, point.Slot)))).ToList();
        return (places.Count == 1 ? places[0] : Merged(places)).Select(point => point.Place);
    }

    private static IEnumerable<(PointId Id, int Slot)> Of(ShardView view, PointId? first, SlotSet? allowed)
    {
        var ids = view.Ids.All();
        var start = first is { } from ? Array.BinarySearch(ids, from) : 0;
        for (var i = start < 0 ? ~start : start; i < ids.Length; i++)
        {
            if (view.TryFind(ids[i], out var slot) && allowed?[slot] != false)
                yield return (ids[i], slot);
        }
    }

    private static IEnumerable<(PointId Id, int Place)> Merged(IEnumerable<IEnumerable<(PointId Id, int Place)>> orders)
    {
        var next = new PriorityQueue<IEnumerator<(PointId Id, int Place)>, PointId>();
        foreach (var order in orders.Select(order => order.GetEnumerator()))
        {
            if (order.MoveNext())
                next.Enqueue(order, order.Current.Id);
        }

        while (next.TryDequeue(out var order, out _))
        {
            yield return order.Current;
            if (order.MoveNext())
                next.Enqueue(order, order.Current.Id);
        }
    }
}
