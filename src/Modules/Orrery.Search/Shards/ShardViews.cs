using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;

namespace Orrery.Search.Shards;

/// <summary>
/// The shards of a collection, read together. A point has a place: its slot times the number of shards, plus its shard's number; of one shard, a place is a slot. Which shard a point
/// is in follows from its id alone.
/// </summary>
internal sealed class ShardViews(IReadOnlyList<ShardView> shards)
{
    /// <summary>The shards.</summary>
    public IReadOnlyList<ShardView> Shards { get; } = shards;

    /// <summary>What the collection is.</summary>
    public CollectionConfig Config => Shards[0].Config;

    /// <summary>How many points there are.</summary>
    public int Count => Shards.Sum(shard => shard.Count);

    /// <summary>The shard of a point, of so many.</summary>
    // The upper half: the lower one decides the slices that a client may ask for, which are to be spread over all shards.
    public static int ShardOf(PointId id, int shards) => shards == 1 ? 0 : (int)((IdHash.Of(id) >> 32) % (ulong)shards);

    /// <summary>Nothing changes in any shard until it is disposed.</summary>
    public Hold Reading()
    {
        // In the order of their numbers, as whoever writes several takes them: nobody waits for somebody who waits.
        var holds = new ShardView.Hold[Shards.Count];
        for (var shard = 0; shard < holds.Length; shard++)
            holds[shard] = Shards[shard].Reading();
        return new(holds);
    }

    /// <summary>Where a point stands.</summary>
    public bool TryFind(PointId id, out int place)
    {
        var shard = ShardOf(id, Shards.Count);
        var found = Shards[shard].TryFind(id, out var slot);
        place = Place(shard, slot);
        return found;
    }

    /// <summary>The place of a shard's slot.</summary>
    public int Place(int shard, int slot) => slot * Shards.Count + shard;

    /// <summary>The shard and the slot of a place.</summary>
    public (ShardView View, int Slot) At(int place) => (Shards[place % Shards.Count], place / Shards.Count);

    /// <summary>The point at a place.</summary>
    public PointId Id(int place)
    {
        var (view, slot) = At(place);
        return view.Id(slot);
    }

    /// <summary>The places that a filter lets through; all that are live where null.</summary>
    public PlaceSet Find(Filter? filter) => new([.. Shards.Select(shard => shard.Find(filter))]);

    /// <summary>Those of <paramref name="candidates"/> that a filter lets through.</summary>
    public PlaceSet Find(Filter filter, PlaceSet candidates) => new([.. Shards.Select((shard, number) => FilterEvaluation.Find(shard, filter, candidates.Slots[number]))]);

    /// <summary>A set of places.</summary>
    public PlaceSet Places(IEnumerable<int> places)
    {
        var slots = Shards.Select(shard => new SlotSet(shard.Capacity)).ToArray();
        foreach (var place in places)
            slots[place % slots.Length].Add(place / slots.Length);
        return new(slots);
    }

    /// <summary>Locks that are held.</summary>
    internal readonly struct Hold(ShardView.Hold[] holds) : IDisposable
    {
        public void Dispose()
        {
            foreach (var hold in holds)
                hold.Dispose();
        }
    }
}

/// <summary>A set of places: the slots of each shard.</summary>
internal sealed record PlaceSet(SlotSet[] Slots)
{
    /// <summary>How many it holds.</summary>
    public int Count => Slots.Sum(slots => slots.Count);

    /// <summary>Whether it holds the place.</summary>
    public bool this[int place] => Slots[place % Slots.Length][place / Slots.Length];

    /// <summary>The places, shard by shard.</summary>
    public IEnumerable<int> Places() => Slots.SelectMany((slots, shard) => slots.Slots().Select(slot => slot * Slots.Length + shard));
}
