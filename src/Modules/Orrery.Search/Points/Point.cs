namespace Orrery.Search.Points;

/// <summary>A point to store: it replaces what had its id.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Vectors">By name; the collection's unnamed vector has the name "".</param>
/// <param name="Payload">A JSON object in UTF-8, or nothing.</param>
public sealed record Point(PointId Id, IReadOnlyDictionary<string, VectorValue> Vectors, ReadOnlyMemory<byte> Payload = default)
{
    /// <summary>The name of a collection's only vector where nobody named it.</summary>
    public const string Unnamed = "";
}

/// <summary>A point as it was read.</summary>
public sealed record StoredPoint(PointId Id)
{
    /// <summary>The number of the operation that wrote it last.</summary>
    public long Version { get; init; }

    /// <summary>The selected part of its payload; null where nobody asked for it or there is none.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>The selected vectors; null where nobody asked.</summary>
    public IReadOnlyDictionary<string, VectorValue>? Vectors { get; init; }

    /// <summary>What it was ordered by, as JSON, where it was ordered by a field.</summary>
    public OrderValue? Order { get; init; }

    /// <summary>How well it matches, in the scale of its query.</summary>
    public float Score { get; init; }
}

/// <summary>The value that a point was ordered by.</summary>
/// <param name="Number">The value itself; microseconds since 1970 where it is a moment.</param>
/// <param name="IsInteger">Whether it has no fraction by its type.</param>
public readonly record struct OrderValue(double Number, bool IsInteger);

/// <summary>Which points an operation is about: those named, or those that a filter lets through.</summary>
/// <param name="Ids">By id.</param>
/// <param name="Filter">By filter, where no ids are given.</param>
public sealed record PointSelector(IReadOnlyList<PointId>? Ids, Filters.Filter? Filter);
