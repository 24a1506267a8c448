namespace Orrery.Vectors;

/// <summary>A point that a search found, and how far it is from the query. Ordered by distance, equal distances by id.</summary>
public readonly record struct Neighbor(long Id, float Distance) : IComparable<Neighbor>
{
    /// <inheritdoc/>
    public int CompareTo(Neighbor other) =>
        Distance < other.Distance ? -1 : Distance > other.Distance ? 1 : Id.CompareTo(other.Id);
}
